package source

import (
	"context"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Func emits what f returns, one element a call, until f returns the error
// demand.ErrCompleted itself. Any other error, io.EOF among them, fails the
// stream behind the elements before. f may wait for as long as it likes, if it
// returns soon after its context ends; that happens when the run ends or is
// drained, and the context's error is then no failure.
//
// f is called from one goroutine at a time, and only when an element is asked
// for. An element is handed on before the next call, so each costs a pull of
// its own (some 30 ns); a source of many elements a read is better written as a
// demand.Upstream, see stage.NewSource.
//
// Elsewhere: Pekko Source.unfoldAsync, Reactor generate, RxJava generate.
//
// emits when f returns · completes when f returns demand.ErrCompleted, or on
// drain · fails when f does
func Func[T any](f func(ctx context.Context) (T, error), opts ...stage.Option) stage.Source[T] {
	m := stage.Configure("Func", stage.TakesName, opts).Func(f == nil, "function")
	m.Blocking = true
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		return &function[T]{f: f, ctx: rt.Reads()}
	})
}

type function[T any] struct {
	ending
	f   func(context.Context) (T, error)
	ctx context.Context
}

func (s *function[T]) Pull(dst *demand.Chunk[T]) error {
	if s.err != nil {
		return s.err
	}
	v, err := s.f(s.ctx)
	switch {
	case err == demand.ErrCompleted:
		s.err = err
		return err
	case err != nil:
		s.err = foreign(err)
		return s.err
	}
	dst.Append(v)
	return nil
}
