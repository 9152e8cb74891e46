package sink

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ForEach calls f for each element. An error of f fails the run.
func ForEach[T any](f func(T) error, opts ...stage.Option) stage.Sink[T] {
	m := stage.Configure("ForEach", stage.TakesWindow, opts).Func(f == nil, "function")
	return stage.NewSink(m, func(*stage.Runtime) stage.Writer[T] { return forEach[T]{f: f} })
}

type forEach[T any] struct {
	unbuffered
	f func(T) error
}

func (s forEach[T]) Write(in *demand.Chunk[T]) error {
	n := 0
	for _, v := range in.Items() {
		if err := s.f(v); err != nil {
			in.Advance(n)
			return err
		}
		if n++; in.Hurry() {
			break
		}
	}
	in.Advance(n)
	return nil
}

// unbuffered is the end of a sink that holds nothing back.
type unbuffered struct{}

func (unbuffered) Flush() error      { return nil }
func (unbuffered) Close(error) error { return nil }

// Discard takes every element and does nothing with it.
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
