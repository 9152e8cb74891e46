//go:build go1.27

package flow

import (
	"context"
	"iter"
	"time"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// Methods with type parameters of their own need Go 1.27. Those that return a
// flow of slices take the slice's type as a parameter, which is always inferred:
// a method of Flow[T] that returned a Flow[[]T] would need a Flow[[][]T], and so
// on without end.

// Map is operators.Map.
func (f Flow[T]) Map[Out any](fn func(T) Out, opts ...stage.Option) Flow[Out] {
	return Via(f, operators.Map(fn, opts...))
}

// MapErr is operators.MapErr.
func (f Flow[T]) MapErr[Out any](fn func(T) (Out, error), opts ...stage.Option) Flow[Out] {
	return Via(f, operators.MapErr(fn, opts...))
}

// MapContext is operators.MapContext.
func (f Flow[T]) MapContext[Out any](fn func(context.Context, T) (Out, error), opts ...stage.Option) Flow[Out] {
	return Via(f, operators.MapContext(fn, opts...))
}

// FilterMap is operators.FilterMap.
func (f Flow[T]) FilterMap[Out any](fn func(T) (Out, bool), opts ...stage.Option) Flow[Out] {
	return Via(f, operators.FilterMap(fn, opts...))
}

// FlatMap is operators.FlatMap.
func (f Flow[T]) FlatMap[Out any](fn func(T) []Out, opts ...stage.Option) Flow[Out] {
	return Via(f, operators.FlatMap(fn, opts...))
}

// FlatMapSeq is operators.FlatMapSeq.
func (f Flow[T]) FlatMapSeq[Out any](fn func(T) iter.Seq[Out], opts ...stage.Option) Flow[Out] {
	return Via(f, operators.FlatMapSeq(fn, opts...))
}

// Scan is operators.Scan.
func (f Flow[T]) Scan[A any](init A, fn func(A, T) A, opts ...stage.Option) Flow[A] {
	return Via(f, operators.Scan(init, fn, opts...))
}

// DistinctBy is operators.DistinctBy.
func (f Flow[T]) DistinctBy[K comparable](key func(T) K, capacity int, opts ...stage.Option) Flow[T] {
	return f.Via(operators.DistinctBy(key, capacity, opts...))
}

// Batch is operators.Batch. B is []T.
func (f Flow[T]) Batch[B interface{ []T }](n int, d time.Duration, opts ...stage.Option) Flow[B] {
	return Via(f, any(operators.Batch[T](n, d, opts...)).(stage.Stage[T, B]))
}

// Sliding is operators.Sliding. B is []T.
func (f Flow[T]) Sliding[B interface{ []T }](n, step int, opts ...stage.Option) Flow[B] {
	return Via(f, any(operators.Sliding[T](n, step, opts...)).(stage.Stage[T, B]))
}
