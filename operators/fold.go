package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Fold folds all elements into one result, f(f(init, v1), v2) and so on, and
// emits it once the stream has completed; of a stream without elements it emits
// init. A blueprint may run many times with the same init: where A refers to
// memory, f must not change that of init. See Scan for the results on the way.
//
// All elements count as handled together, when the result does. So a source that
// keeps account must be able to have as many open as the stream has; if the
// stream fails, nothing is emitted, and all are given up.
//
//	in             -1-2-3-|
//	Fold(0, add)   -------6|
//
// Elsewhere: Pekko fold, Reactor reduce with a seed, RxJava reduce with a seed.
//
// emits when upstream completes · backpressures when downstream does, once it has
// the result · completes when upstream does, after the result · fails when
// upstream does · cancels when downstream does · holds the result so far
func Fold[T, A any](init A, f func(A, T) A, opts ...stage.Option) stage.Stage[T, A] {
	m := stage.Configure("Fold", stage.TakesName, opts).Func(f == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[A] {
		return &fold[T, A]{up: up, acc: init, any: true, f: f}
	})
}

// Reduce is Fold that begins with the first element: f(f(v1, v2), v3) and so on.
// Of a stream of one element it emits that; a stream without elements completes
// without one.
//
//	in            -1-2-3-|
//	Reduce(add)   -------6|
//
// Elsewhere: Pekko reduce, Reactor reduce, RxJava reduce.
//
// emits when upstream completes · backpressures when downstream does, once it has
// the result · completes when upstream does, after the result · fails when
// upstream does · cancels when downstream does · holds the result so far
func Reduce[T any](f func(T, T) T, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Reduce", stage.TakesName, opts).Func(f == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		r := &fold[T, T]{up: up}
		r.f = func(acc, v T) T {
			if !r.any {
				return v
			}
			return f(acc, v)
		}
		return r
	})
}

type fold[T, A any] struct {
	up   demand.Upstream[T]
	in   demand.Chunk[T]
	acc  A
	any  bool // there is a result
	f    func(A, T) A
	of   demand.Descent
	done bool
}

func (r *fold[T, A]) Pull(dst *demand.Chunk[A]) error {
	for !r.done {
		err := demand.RefillMax(r.up, &r.in, dst, maxRead, demand.Forever)
		if err == demand.ErrCompleted && !stopped(dst) {
			if r.done = true; r.any {
				demand.AppendAll(&r.of, dst, r.acc)
				return nil
			}
		}
		if err != nil || r.in.Len() == 0 {
			return err
		}
		r.some(dst)
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
	return r.in.Ended()
}

// some works on the input until the island is in a hurry.
func (r *fold[T, A]) some(dst *demand.Chunk[A]) {
	hurry := dst.HurryFlag()
	done := 0
	for _, v := range r.in.Items() {
		r.acc = r.f(r.acc, v)
		r.any = true
		if done++; hurry.Load() {
			break
		}
	}
	demand.Absorb(&r.of, &r.in, done, dst)
}

func (r *fold[T, A]) Cancel(cause error) { r.up.Cancel(cause) }
