package stage

import (
	"slices"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
)

// OpenSource opens a source in a run. It is for the library's own packages.
func OpenSource[T any](cells engine.Cells, s Source[T]) demand.Upstream[T] {
	m := s.Meta()
	rt := NewRuntime(cells, m)
	return engine.Meter(rt.cell, s.Open(rt), !m.DrainsItself)
}

// OpenStage opens a stage in a run. It is for the library's own packages.
func OpenStage[In, Out any](cells engine.Cells, s Stage[In, Out], up demand.Upstream[In]) demand.Upstream[Out] {
	if c, ok := s.(parted[In, Out]); ok {
		return c.openParts(cells, up)
	}
	m := s.Meta()
	rt := NewRuntime(cells, m)
	out := s.Open(rt, up)
	if m.Link {
		return out
	}
	return engine.Meter(rt.cell, out, false)
}

// parted is a stage made of others, each of which has a cell of its own.
type parted[In, Out any] interface {
	openParts(engine.Cells, demand.Upstream[In]) demand.Upstream[Out]
}

var (
	_ parted[int, int] = (*composed[int, int, int])(nil)
	_ parted[int, int] = (*linked[int, int])(nil)
)

// OpenSink opens a sink in a run and ties it to up. It is for the library's own
// packages. With here set, the caller runs the sink's goroutine itself.
func OpenSink[T any](run *engine.Run, s Sink[T], up demand.Upstream[T], detached bool, here *func()) {
	m := s.Meta()
	rt := NewRuntime(run, m)
	engine.Sink(rt.cell, up, s.Open(rt), engine.SinkOptions{
		WindowMin: m.WindowMin, WindowMax: m.WindowMax,
		Flushes: m.Flushes, FlushEvery: m.FlushEvery, FlushAfter: m.FlushAfter,
		Detached: detached,
	}, here)
}

// Compose makes one stage of two. Its parts keep their names, counts and spans.
// Where the second one has something else to do than to wait for the first, there
// is a link between them.
func Compose[A, B, C any](first Stage[A, B], second Stage[B, C]) Stage[A, C] {
	m := Meta{Kind: "Compose"}
	if first == nil || second == nil {
		m = m.Require(false, "a stage to compose is nil")
		return &composed[A, B, C]{meta: m}
	}
	a, b := first.Meta(), second.Meta()
	if a.Blocking && b.Patient {
		first = &linked[A, B]{first}
		a = first.Meta()
	}
	m.Blocking = b.Blocking || a.Blocking && !b.Link
	m.Patient = a.Patient || b.Patient && !a.Link
	m.Link = a.Link || b.Link
	for _, part := range []Meta{a, b} {
		if part.Parts != nil {
			m.Parts = append(m.Parts, part.Parts...)
		} else {
			m.Parts = append(m.Parts, part)
		}
		if part.Err != nil && m.Err == nil {
			m.Err = &Error{Stage: part.Title(), Err: part.Err}
		}
	}
	return &composed[A, B, C]{m, first, second}
}

// linked is a stage with a link behind it.
type linked[In, Out any] struct{ Stage[In, Out] }

func (l *linked[In, Out]) Meta() Meta {
	m := l.Stage.Meta()
	parts := m.Parts
	if parts == nil {
		parts = []Meta{m}
	}
	link := Meta{Kind: "Async", Link: true, Options: Options{Capacity: engine.AutoCapacity}}
	return Meta{Kind: "Compose", Err: m.Err, Patient: m.Patient, Link: true, Parts: append(slices.Clone(parts), link)}
}

func (l *linked[In, Out]) openParts(cells engine.Cells, up demand.Upstream[In]) demand.Upstream[Out] {
	return engine.Link(cells.NewCell("async", "Async"), OpenStage(cells, l.Stage, up), engine.AutoCapacity, 0, 0)
}

type composed[A, B, C any] struct {
	meta   Meta
	first  Stage[A, B]
	second Stage[B, C]
}

func (c *composed[A, B, C]) Meta() Meta { return c.meta }

func (c *composed[A, B, C]) Open(rt *Runtime, up demand.Upstream[A]) demand.Upstream[C] {
	return c.openParts(rt.cell, up)
}

func (c *composed[A, B, C]) openParts(cells engine.Cells, up demand.Upstream[A]) demand.Upstream[C] {
	return OpenStage(cells, c.second, OpenStage(cells, c.first, up))
}
