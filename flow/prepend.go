package flow

import (
	"slices"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Prepend puts values before the elements of the flow. They are there at once,
// before anything is asked of upstream. To put a flow before another there is
// Concat.
//
//	in             ---1-2-|
//	Prepend(a, b)  ab-1-2-|
//
// Elsewhere: Pekko prepend, Reactor startWith, RxJava startWithArray, ro
// StartWith.
//
// emits when downstream asks, the values, and then when upstream does ·
// backpressures when downstream does · completes when upstream does · fails when
// upstream does · cancels when downstream does
func (f Flow[T]) Prepend(values ...T) Flow[T] { return f.PrependWith(values) }

// PrependWith is Prepend with options: Name.
func (f Flow[T]) PrependWith(values []T, opts ...stage.Option) Flow[T] {
	values = slices.Clone(values)
	return f.Via(stage.New("Prepend", func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &prepend[T]{up: up, rest: values}
	}, opts...))
}

type prepend[T any] struct {
	up   demand.Upstream[T]
	rest []T
	err  error
}

func (p *prepend[T]) Pull(dst *demand.Chunk[T]) error {
	switch {
	case p.err != nil:
		return p.err
	case len(p.rest) == 0:
		return p.up.Pull(dst)
	}
	n := copy(dst.Spare(), p.rest)
	dst.Grow(n)
	p.rest = p.rest[n:]
	return nil
}

func (p *prepend[T]) Cancel(cause error) {
	if p.err == nil {
		p.err = cause
	}
	p.up.Cancel(cause)
}
