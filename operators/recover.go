package operators

import (
	"errors"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Recover replaces an error of upstream by a last element, after which the
// stream completes. f gets the error, a *stage.Error that names the stage, and
// returns the element; if it reports false, the stream fails with that error
// after all. An io.EOF of user code is an error like any other.
//
// A panic is not recovered, and neither is the end of the run: f is not called
// for them. What failed counts as given up, so a source that keeps account
// delivers it again another time.
//
//	in                    -a-b-#
//	Recover(error to z)   -a-b-z|
//
// Elsewhere: Pekko recover, Reactor onErrorReturn, RxJava onErrorReturn, ro
// OnErrorReturn, rill Catch.
//
// emits when upstream does, and once more after its error · backpressures when
// downstream does · completes when upstream does, and after the last element ·
// fails when upstream does and f reports false · cancels when downstream does,
// and after an error of upstream
func Recover[T any](f func(error) (T, bool), opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Recover", stage.TakesName, opts).Func(f == nil, "function")
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &recovery[T]{up: up, rt: rt, f: f}
	})
}

type recovery[T any] struct {
	up  demand.Upstream[T]
	rt  *stage.Runtime
	f   func(error) (T, bool)
	err error
}

func (r *recovery[T]) Pull(dst *demand.Chunk[T]) error {
	if r.err != nil {
		return r.err
	}
	err := r.up.Pull(dst)
	if err == nil || !r.recoverable(dst, err) {
		return err
	}
	r.err = err
	if last, ok := r.f(err); ok {
		r.err = demand.ErrCompleted
		dst.SetLineage(nil)
		dst.Append(last)
		r.up.Cancel(demand.ErrEnough)
		return nil
	}
	return err
}

func (r *recovery[T]) recoverable(dst *demand.Chunk[T], err error) bool {
	var panicked *stage.PanicError
	return err != demand.ErrCompleted && err != demand.ErrStopped && !stopped(dst) &&
		r.rt.Context().Err() == nil && !errors.As(err, &panicked)
}

func (r *recovery[T]) Cancel(cause error) {
	if r.err == nil {
		r.err = cause // not an error to recover from
	}
	r.up.Cancel(cause)
}
