package sink

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ForEach calls f for each element. An error of f fails the run, except
// demand.ErrEnough: that says that no more is wanted, and ends the run well.
//
// Elsewhere: Pekko Sink.foreach, Reactor subscribe, RxJava forEach, rill ForEach.
//
// backpressures when f is at work · completes when upstream does, and when f
// returns demand.ErrEnough · fails when upstream does, and when f does ·
// handled when f has returned
func ForEach[T any](f func(T) error, opts ...stage.Option) stage.Sink[T] {
	m := stage.Configure("ForEach", stage.TakesWindow, opts).Func(f == nil, "function")
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] { return forEach[T]{rt: rt, f: f} })
}

type forEach[T any] struct {
	unbuffered
	rt *stage.Runtime
	f  func(T) error
}

func (s forEach[T]) Write(in *demand.Chunk[T]) error {
	n, hurry := 0, in.HurryFlag()
	for _, v := range in.Items() {
		if err := s.f(v); err != nil {
			in.Advance(n)
			if err == demand.ErrEnough {
				return err
			}
			return located(s.rt, in.Position(0), err)
		}
		if n++; hurry.Load() {
			break
		}
	}
	in.Advance(n)
	return nil
}

// located gives an error the place of the element that caused it, if it has
// none.
func located(rt *stage.Runtime, at demand.Position, err error) error {
	if placed, ok := err.(*stage.Error); ok {
		return placed
	}
	return &stage.Error{Stage: rt.Name(), Source: at.Source, Record: at.Record, Err: err}
}

// unbuffered is the end of a sink that holds nothing back.
type unbuffered struct{}

func (unbuffered) Flush() error      { return nil }
func (unbuffered) Close(error) error { return nil }

// Discard takes every element and does nothing with it.
//
// Elsewhere: Pekko Sink.ignore, Reactor then, RxJava ignoreElements, rill
// Drain.
//
// backpressures when never · completes when upstream does · fails when upstream
// does · handled when taken
func Discard[T any](opts ...stage.Option) stage.Sink[T] {
	m := stage.Configure("Discard", stage.TakesWindow, opts)
	return stage.NewSink(m, func(*stage.Runtime) stage.Writer[T] { return discard[T]{} })
}

type discard[T any] struct{ unbuffered }

func (discard[T]) Write(in *demand.Chunk[T]) error {
	in.Advance(in.Len())
	return nil
}

// Slice appends every element to *dst, which may be read when the run has
// ended. It serves one run.
//
// Elsewhere: Pekko Sink.seq, Reactor collectList, RxJava toList, rill ToSlice.
//
// backpressures when never: *dst grows · completes when upstream does · fails
// when upstream does · handled when appended
func Slice[T any](dst *[]T, opts ...stage.Option) stage.Sink[T] {
	m := stage.Configure("Slice", stage.TakesWindow, opts).Func(dst == nil, "slice")
	m.Once = new(stage.Once)
	return stage.NewSink(m, func(*stage.Runtime) stage.Writer[T] { return appender[T]{dst: dst} })
}

type appender[T any] struct {
	unbuffered
	dst *[]T
}

func (a appender[T]) Write(in *demand.Chunk[T]) error {
	*a.dst = append(*a.dst, in.Items()...)
	in.Advance(in.Len())
	return nil
}
