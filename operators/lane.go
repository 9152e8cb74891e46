package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// lanes are what MergeMap, SwitchMap and ExhaustMap are made of: sources on
// goroutines of their own.
type lanes[In, Out any] struct {
	rt   *stage.Runtime
	up   demand.Upstream[In]
	fn   func(In) stage.Source[Out]
	all  *stage.Inners
	in   demand.Chunk[In]
	made []*lane[In, Out]
	over error // how upstream has ended
	err  error // how the stage has
	// what the stage sleeps on: with upstream, which may be anything, and without
	above, links demand.Waiting
}

// lane is where one source at a time runs, beside the element that it was opened
// for.
type lane[In, Out any] struct {
	run   *engine.Runner[Out]
	of    demand.Chunk[In]
	inner *stage.Inner[Out]
}

func newLanes[In, Out any](rt *stage.Runtime, up demand.Upstream[In], fn func(In) stage.Source[Out]) lanes[In, Out] {
	return lanes[In, Out]{rt: rt, up: up, fn: fn, all: stage.NewInners(rt),
		above: demand.Waiting{Link: rt.Name(), Outside: true}, links: demand.Waiting{Link: rt.Name()}}
}

// lane makes a lane more.
func (l *lanes[In, Out]) lane() *lane[In, Out] {
	o := l.rt.Options()
	n := o.Capacity
	if n == 0 {
		n = engine.HubCapacity
	}
	ln := &lane[In, Out]{run: engine.NewRunner[Out](l.rt.Cell(), len(l.made), n, o.WindowMin, o.WindowMax)}
	l.made = append(l.made, ln)
	return ln
}

// read asks upstream for at most n elements, unless the run is drained: then what
// is left above is given up. It reports whether some came, or the end.
func (l *lanes[In, Out]) read(dst *demand.Chunk[Out], n int, p demand.Patience) bool {
	for l.over == nil {
		if err := demand.RefillMax(l.up, &l.in, dst, n, p); err != nil {
			l.over = err
			return true
		}
		if l.in.Len() == 0 || !l.rt.Draining() {
			return l.in.Len() > 0
		}
		giveUp(l.rt, &l.in, l.in.Len(), demand.ErrDrained)
		if stopped(dst) {
			return false
		}
	}
	return false
}

// begin opens the source of the front element of src in a lane.
func (l *lanes[In, Out]) begin(ln *lane[In, Out], src *demand.Chunk[In], isl *demand.Island) error {
	inner, err := stage.OpenInner(l.all, l.fn(src.Items()[0]))
	if err != nil {
		return err
	}
	ln.of.Reset(1)
	demand.MoveN(&ln.of, src, 1)
	ln.inner = inner
	ln.run.Begin(isl, inner)
	return nil
}

// take fills dst with what the source of a lane has given, or ends it.
func (l *lanes[In, Out]) take(ln *lane[In, Out], dst *demand.Chunk[Out]) error {
	ended, err := ln.run.Take(dst)
	if dst.Len() > 0 {
		stage.Descend(ln.inner, dst, &ln.of)
		return nil
	}
	if !ended {
		return err
	}
	inner := ln.inner
	ln.inner = nil
	if err == demand.ErrCompleted {
		err = inner.Close()
	} else {
		inner.Leave()
	}
	switch {
	case err != nil:
		giveUp(l.rt, &ln.of, 1, err)
	case inner.Cut():
		giveUp(l.rt, &ln.of, 1, demand.ErrDrained)
	default:
		ln.of.Advance(1)
	}
	return err
}

// end ends the stage and its sources.
func (l *lanes[In, Out]) end(err error) error {
	if l.err != nil {
		return l.err
	}
	l.err = err
	cause := err
	if cause == demand.ErrCompleted {
		cause = demand.ErrEnough
	}
	for _, ln := range l.made {
		if ln.inner != nil {
			giveUp(l.rt, &ln.of, ln.of.Len(), cause)
			ln.inner.Drain() // it is closed with the run
		}
		ln.run.Close(cause)
	}
	l.in.Fail(cause)
	return err
}

func (l *lanes[In, Out]) Cancel(cause error) {
	_ = l.end(cause)
	l.up.Cancel(cause)
}
