package stage

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
)

// OpenWithin opens s as a part of the stage that rt belongs to, which makes and
// ends such parts while it runs: they have no counts of their own, but count into
// that stage. s must not be one with a link. It is for the library's own packages.
func OpenWithin[In, Out any](rt *Runtime, s Stage[In, Out], up demand.Upstream[In]) demand.Upstream[Out] {
	if c, ok := s.(interface {
		openWithin(*Runtime, demand.Upstream[In]) demand.Upstream[Out]
	}); ok {
		return c.openWithin(rt, up)
	}
	return s.Open(&Runtime{cell: rt.cell, meta: s.Meta(), scope: rt.scope, within: true}, up)
}

func (c *composed[A, B, C]) openWithin(rt *Runtime, up demand.Upstream[A]) demand.Upstream[C] {
	return OpenWithin(rt, c.second, OpenWithin(rt, c.first, up))
}

// A Loop opens the body of a cycle, a stage within the one that it belongs to,
// as often as that wants to. Its parts have names and counts of their own, the
// same each time. Where the stage is itself opened within another one, they count
// into that.
//
// A body with a link runs on islands of its own, behind one more link. Its parts
// have new names each time, as they have new islands. It is for the library's own
// packages.
type Loop struct {
	rt    *Runtime
	again *engine.Again
	group *engine.Group
}

// NewLoop returns a Loop for the stage that rt belongs to. rests is called, on any
// goroutine, when all islands of a body with a link sleep until one of them is
// given something, or something is taken from them.
func NewLoop(rt *Runtime, rests func()) *Loop {
	return &Loop{rt, rt.cell.Again(), rt.cell.Beneath(rests)}
}

// Rests reports that all islands of the body sleep so.
func (l *Loop) Rests() bool { return l.group.Rests() }

// OpenLoop opens body behind entry, whose counts are called name. What it opened
// before must have ended.
func OpenLoop[In, Out any](l *Loop, body Stage[In, Out], name string, entry demand.Upstream[In]) demand.Upstream[Out] {
	if l.rt.within {
		return OpenWithin(l.rt, body, entry)
	}
	if !body.Meta().Link {
		l.again.Rewind()
		return OpenStage(l.again, body, engine.Meter(l.again.NewCell(name+"/entry", "Entry"), entry, false))
	}
	out := OpenStage(l.group, body, engine.Meter(l.group.NewCell(name+"/entry", "Entry"), entry, false))
	return engine.Link(l.group.NewCell(name+"/exit", "Exit"), out, engine.HubCapacity, 0, 0)
}
