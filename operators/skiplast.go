package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// SkipLast leaves out the last n elements: it passes an element on when n others
// have come after it. Those that it holds when the stream completes count as
// handled; when it fails, they are given up.
//
//	in            -a-b-c-d-|
//	SkipLast(2)   -----a-b-|
//
// Elsewhere: Reactor skipLast, RxJava skipLast.
//
// emits when upstream does, n elements later · backpressures when downstream does
// · completes when upstream does · fails when upstream does · cancels when
// downstream does · holds at most n elements, and what was read behind them
func SkipLast[T any](n int, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("SkipLast", stage.TakesName, opts).Require(n >= 0, "number of elements must not be negative, is %d", n)
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &skipLast[T]{up: up, n: n}
	})
}

type skipLast[T any] struct {
	up   demand.Upstream[T]
	in   demand.Chunk[T]
	n    int
	held demand.Backlog[T]
}

func (s *skipLast[T]) Pull(dst *demand.Chunk[T]) error {
	for {
		if s.held.Emit(dst, s.held.Len()-s.n) > 0 {
			return nil
		}
		want := min(s.n-s.held.Len(), maxRead) + min(dst.Free(), maxRead)
		if err := demand.RefillMax(s.up, &s.in, dst, want, demand.Forever); err != nil {
			if err == demand.ErrCompleted && !stopped(dst) {
				s.held.Drop(s.held.Len())
			}
			return err
		}
		if s.in.Len() == 0 {
			return nil
		}
		s.held.Take(&s.in, s.in.Len(), dst)
		if s.held.Len() > s.n {
			continue
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

func (s *skipLast[T]) Cancel(cause error) { s.up.Cancel(cause) }
