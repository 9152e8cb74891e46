package operators

import (
	"errors"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Hooks are called as a stream passes by; those that are nil are left out. One
// of Complete, Error and Cancel is called, once, if the stage was ever asked. They
// run on the stage's goroutine and should be quick.
type Hooks struct {
	Elements func(n int)       // n elements passed, together
	Complete func()            // upstream completed
	Error    func(err error)   // upstream failed; not called for the end of the run
	Cancel   func(cause error) // downstream wants no more, or the run was stopped
}

// Monitor calls hooks for what passes, and changes nothing. To look at elements
// there is Peek.
//
//	in        -a-b-c-|
//	hooks     -a-b-c-|
//	Monitor   -a-b-c-|
//
// Elsewhere: Pekko watchTermination and monitor, Reactor doOnEach, RxJava
// doOnLifecycle and doOnEach.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does · fails when upstream does · cancels when downstream does
func Monitor[T any](h Hooks, opts ...stage.Option) stage.Stage[T, T] {
	return hooked[T](stage.Configure("Monitor", stage.TakesName, opts), func(*stage.Runtime) Hooks { return h })
}

// DoOnComplete calls f when upstream completes.
//
//	in             -a-b-|
//	DoOnComplete   -a-b-|    f
//
// Elsewhere: Reactor doOnComplete, RxJava doOnComplete.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does · fails when upstream does · cancels when downstream does
func DoOnComplete[T any](f func(), opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("DoOnComplete", stage.TakesName, opts).Func(f == nil, "function")
	return hooked[T](m, func(*stage.Runtime) Hooks { return Hooks{Complete: f} })
}

// DoOnError calls f with the error with which upstream fails, a *stage.Error or a
// *stage.PanicError that names the stage. The end of the run is not such an error.
//
//	in          -a-b-#
//	DoOnError   -a-b-#    f(err)
//
// Elsewhere: Reactor doOnError, RxJava doOnError.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does · fails when upstream does · cancels when downstream does
func DoOnError[T any](f func(error), opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("DoOnError", stage.TakesName, opts).Func(f == nil, "function")
	return hooked[T](m, func(*stage.Runtime) Hooks { return Hooks{Error: f} })
}

// DoOnCancel calls f with the cause when downstream wants no more before upstream
// has ended, which is demand.ErrEnough where that is no failure, and when the run
// is stopped.
//
//	in                 -a-b-c-
//	DoOnCancel         -a-b           f, as downstream wants no more
//
// Elsewhere: Reactor doOnCancel, RxJava doOnCancel.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does · fails when upstream does · cancels when downstream does
func DoOnCancel[T any](f func(cause error), opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("DoOnCancel", stage.TakesName, opts).Func(f == nil, "function")
	return hooked[T](m, func(*stage.Runtime) Hooks { return Hooks{Cancel: f} })
}

func hooked[T any](m stage.Meta, hooks func(*stage.Runtime) Hooks) stage.Stage[T, T] {
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &monitor[T]{up: up, rt: rt, hooks: hooks(rt)}
	})
}

type monitor[T any] struct {
	up    demand.Upstream[T]
	rt    *stage.Runtime
	hooks Hooks
	ended bool
}

func (m *monitor[T]) Pull(dst *demand.Chunk[T]) error {
	err := m.up.Pull(dst)
	switch {
	case err == nil:
		if n := dst.Len(); n > 0 && m.hooks.Elements != nil {
			m.hooks.Elements(n)
		}
	case m.ended:
	case err == demand.ErrCompleted:
		m.ended = true
		if m.hooks.Complete != nil {
			m.hooks.Complete()
		}
	case failed(m.rt, dst, err) || isPanic(err):
		m.ended = true
		if m.hooks.Error != nil {
			m.hooks.Error(err)
		}
	}
	return err
}

func isPanic(err error) bool {
	var panicked *stage.PanicError
	return errors.As(err, &panicked)
}

func (m *monitor[T]) Cancel(cause error) {
	if !m.ended {
		m.ended = true
		if m.hooks.Cancel != nil {
			defer m.hooks.Cancel(cause)
		}
	}
	m.up.Cancel(cause)
}
