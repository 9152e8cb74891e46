package operators

import (
	"errors"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// WrapError replaces an error of upstream by f of it, to say what was being done
// or to make it one of your own. f gets the error without its place; the result
// gets that place, so it still says which stage and record failed. The error
// that was there stays in the chain of errors.Is and errors.As, also where f does
// not wrap it. Where f returns nil the error stays as it is.
//
// A panic and the end of the run are not given to f, and the stream fails all
// the same: to go on or to end well there are Recover, RecoverWith and
// OnErrorComplete.
//
//	in          -a-b-#
//	WrapError   -a-b-#     f(err)
//
// Elsewhere: Pekko mapError, Reactor onErrorMap.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does · fails when upstream does, with the error of f · cancels when
// downstream does
func WrapError[T any](f func(error) error, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("WrapError", stage.TakesName, opts).Func(f == nil, "function")
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &wrapError[T]{up: up, rt: rt, f: f}
	})
}

type wrapError[T any] struct {
	up  demand.Upstream[T]
	rt  *stage.Runtime
	f   func(error) error
	err error
}

func (w *wrapError[T]) Pull(dst *demand.Chunk[T]) error {
	if w.err != nil {
		return w.err
	}
	err := w.up.Pull(dst)
	if failed(w.rt, dst, err) {
		w.err = w.wrap(err)
		return w.err
	}
	return err
}

func (w *wrapError[T]) wrap(err error) error {
	inner := err
	placed, ok := err.(*stage.Error)
	if ok {
		inner = placed.Err
	}
	mapped := w.f(inner)
	if mapped == nil {
		return err
	}
	if !errors.Is(mapped, inner) {
		mapped = &replaced{mapped, inner}
	}
	if !ok {
		return mapped
	}
	p := *placed
	p.Err = mapped
	return &p
}

// replaced is an error that reads like the first one and is both.
type replaced struct {
	error
	was error
}

func (r *replaced) Unwrap() []error { return []error{r.error, r.was} }

func (w *wrapError[T]) Cancel(cause error) {
	if w.err == nil {
		w.err = cause // not an error to wrap
	}
	w.up.Cancel(cause)
}
