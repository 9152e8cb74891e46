package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// First passes on the first element, then completes and cancels upstream. It asks
// for no more than that one. A stream without elements completes without one:
// that there was none is for whoever collects to see.
//
//	in      -a-b-c-|
//	First   -a|
//
// Elsewhere: Reactor next, RxJava firstElement, Pekko Sink.headOption.
//
// emits when the first element comes · backpressures when downstream does ·
// completes after one element, or when upstream does · fails when upstream does
// before · cancels when downstream does, and when it is asked again after the
// element
func First[T any](opts ...stage.Option) stage.Stage[T, T] {
	return elementAt[T](stage.Configure("First", stage.TakesName, opts), 0)
}

// ElementAt passes on the element number i, counted from 0, then completes and
// cancels upstream. It never asks for more than it needs to get there. A shorter
// stream completes without an element. The elements before count as handled.
//
//	in             -a-b-c-d-|
//	ElementAt(2)   -----c|
//
// Elsewhere: Reactor elementAt, RxJava elementAt.
//
// emits when element number i comes · backpressures when downstream does ·
// completes after that element, or when upstream does · fails when upstream does
// before · cancels when downstream does, and when it is asked again after the
// element
func ElementAt[T any](i int, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("ElementAt", stage.TakesName, opts).Require(i >= 0, "number of the element must not be negative, is %d", i)
	return elementAt[T](m, i)
}

func elementAt[T any](m stage.Meta, i int) stage.Stage[T, T] {
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &nth[T]{up: up, before: i}
	})
}

type nth[T any] struct {
	up     demand.Upstream[T]
	in     demand.Chunk[T]
	before int // elements still to leave out
	done   bool
}

func (e *nth[T]) Pull(dst *demand.Chunk[T]) error {
	if e.done {
		e.up.Cancel(demand.ErrEnough)
		return demand.ErrCompleted
	}
	for {
		n := min(e.before, maxRead-1) + 1
		if err := demand.RefillMax(e.up, &e.in, dst, n, demand.Forever); err != nil || e.in.Len() == 0 {
			return err
		}
		k := min(e.before, e.in.Len())
		e.in.Advance(k)
		e.before -= k
		if e.in.Len() > 0 {
			demand.MoveN(dst, &e.in, 1)
			e.done = true
			return nil
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

func (e *nth[T]) Cancel(cause error) { e.up.Cancel(cause) }
