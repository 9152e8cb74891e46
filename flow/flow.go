package flow

import (
	"errors"
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// A Flow describes where elements of type T come from and what happens to them
// on the way. It is immutable: every method returns a new one, and a flow may be
// used in many places and run many times, as far as its ends allow.
type Flow[T any] struct {
	n    *node
	open func(*build) (demand.Upstream[T], error)
}

// From begins a flow.
func From[T any](s stage.Source[T]) Flow[T] {
	if s == nil {
		return broken[T]("source", errors.New("the source is nil"))
	}
	m := s.Meta()
	return Flow[T]{
		n: &node{meta: m, shape: isSource, blocking: m.Blocking},
		open: func(b *build) (demand.Upstream[T], error) {
			if err := m.Once.Claim(); err != nil {
				return nil, &stage.Error{Stage: m.Title(), Err: err}
			}
			return stage.OpenSource(b.run, s), nil
		},
	}
}

// Via continues a flow with a stage that may change its type.
func Via[In, Out any](f Flow[In], s stage.Stage[In, Out]) Flow[Out] {
	if s == nil {
		return broken[Out]("stage", errors.New("the stage is nil"), f.n)
	}
	m := s.Meta()
	f = f.linkedFor(m.Patient)
	return Flow[Out]{
		n: &node{meta: m, shape: isStage, in: nodes(f.n), blocking: m.Blocking || f.blocking() && !m.Link, detached: f.detached()},
		open: func(b *build) (demand.Upstream[Out], error) {
			up, err := f.up(b)
			if err != nil {
				return nil, err
			}
			return stage.OpenStage(b.run, s, up), nil
		},
	}
}

// Via continues the flow with a stage that keeps its type. Use the function Via
// for one that changes it.
func (f Flow[T]) Via(s stage.Stage[T, T]) Flow[T] { return Via(f, s) }

// To ends the flow in a sink.
func (f Flow[T]) To(s stage.Sink[T]) Pipeline {
	if s == nil {
		return Pipeline{n: broken[T]("sink", errors.New("the sink is nil"), f.n).n}
	}
	m := s.Meta()
	f = f.linkedFor(m.Patient || m.Flushes)
	detached := f.detached()
	return Pipeline{
		n: &node{meta: m, shape: isSink, in: nodes(f.n), detached: detached},
		start: func(b *build, here *func()) error {
			up, err := f.up(b)
			if err != nil {
				return err
			}
			if err := m.Once.Claim(); err != nil {
				return &stage.Error{Stage: m.Title(), Err: err}
			}
			stage.OpenSink(b.run, s, up, detached, here)
			return nil
		},
	}
}

// linkedFor puts a link between a source that blocks and a stage that has
// something else to do than to wait for it.
func (f Flow[T]) linkedFor(patient bool) Flow[T] {
	if !patient || !f.blocking() {
		return f
	}
	g := f.Via(operators.Async[T](engine.AutoCapacity))
	g.n.automatic = true
	return g
}

func (f Flow[T]) blocking() bool { return f.n != nil && f.n.blocking }
func (f Flow[T]) detached() bool { return f.n != nil && f.n.detached }

// up opens the flow in a run.
func (f Flow[T]) up(b *build) (demand.Upstream[T], error) {
	if f.n == nil {
		return nil, errNoSource
	}
	return f.open(b)
}

var errNoSource = errors.New("weir: a flow has no source: begin it with flow.From")

// broken is a flow that can't run.
func broken[T any](name string, err error, in ...*node) Flow[T] {
	m := stage.Meta{Kind: name, Err: err}
	return Flow[T]{
		n:    &node{meta: m, shape: isStage, in: nodes(in...)},
		open: func(*build) (demand.Upstream[T], error) { return nil, fmt.Errorf("%s: %w", name, err) },
	}
}
