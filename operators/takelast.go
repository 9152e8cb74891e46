package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Last emits the last element once the stream has completed. A stream without
// elements completes without one. The elements before it count as handled when
// the next one comes. If the stream fails, nobody knows what would have been the
// last: nothing is emitted, and the element held is given up.
//
//	in     -a-b-c-|
//	Last   -------c|
//
// Elsewhere: Reactor takeLast(1), RxJava lastElement, Pekko Sink.lastOption.
//
// emits when upstream completes · backpressures when downstream does · completes
// when upstream does, after the element · fails when upstream does · cancels when
// downstream does · holds one element
func Last[T any](opts ...stage.Option) stage.Stage[T, T] {
	return lastOf[T](stage.Configure("Last", stage.TakesName, opts), 1)
}

// TakeLast emits the last n elements, in order, once the stream has completed;
// all, if there were fewer. An element counts as handled when n others have come
// after it, or when it was emitted and handled. If the stream fails, nothing is
// emitted, and the elements held are given up.
//
//	in            -a-b-c-d-|
//	TakeLast(2)   ---------(cd)|
//
// Elsewhere: Reactor takeLast, RxJava takeLast, Pekko Sink.takeLast.
//
// emits when upstream completes · backpressures when downstream does, while it
// emits · completes when upstream does, after the last element · fails when
// upstream does · cancels when downstream does · holds at most n elements
func TakeLast[T any](n int, opts ...stage.Option) stage.Stage[T, T] {
	return lastOf[T](stage.Configure("TakeLast", stage.TakesName, opts).Positive(n, "number of elements"), n)
}

func lastOf[T any](m stage.Meta, n int) stage.Stage[T, T] {
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &takeLast[T]{up: up, n: n}
	})
}

type takeLast[T any] struct {
	up    demand.Upstream[T]
	in    demand.Chunk[T]
	n     int
	last  demand.Backlog[T]
	ended bool
}

func (t *takeLast[T]) Pull(dst *demand.Chunk[T]) error {
	for !t.ended {
		// How many elements go out says nothing of how many should come in.
		err := demand.RefillMax(t.up, &t.in, dst, maxRead, demand.Forever)
		if err != nil && (err != demand.ErrCompleted || stopped(dst)) {
			return err
		}
		if t.ended = err != nil; t.ended {
			break
		}
		if t.in.Len() == 0 {
			return nil
		}
		t.in.Advance(max(0, t.in.Len()-t.n))
		t.last.Drop(max(0, t.last.Len()+t.in.Len()-t.n))
		t.last.Take(&t.in, t.n, dst)
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
	if t.last.Emit(dst, t.n) > 0 {
		return nil
	}
	return demand.ErrCompleted
}

func (t *takeLast[T]) Cancel(cause error) {
	if t.ended && t.last.Len() > 0 {
		t.ended = false // what is held is given up by the run, and the cause is the end
		t.in.End(cause)
	}
	t.up.Cancel(cause)
}
