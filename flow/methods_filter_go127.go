//go:build go1.27

package flow

import (
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// DistinctUntilChangedBy is operators.DistinctUntilChangedBy.
func (f Flow[T]) DistinctUntilChangedBy[K comparable](key func(T) K, opts ...stage.Option) Flow[T] {
	return f.Via(operators.DistinctUntilChangedBy(key, opts...))
}

// Fold is operators.Fold.
func (f Flow[T]) Fold[A any](init A, fn func(A, T) A, opts ...stage.Option) Flow[A] {
	return Via(f, operators.Fold(init, fn, opts...))
}

// StatefulMap is operators.StatefulMap.
func (f Flow[T]) StatefulMap[S, Out any](init func() S, fn func(S, T) (S, []Out), flush func(S) []Out, opts ...stage.Option) Flow[Out] {
	return Via(f, operators.StatefulMap(init, fn, flush, opts...))
}

// Pairwise is operators.Pairwise. P is [2]T.
func (f Flow[T]) Pairwise[P interface{ [2]T }](opts ...stage.Option) Flow[P] {
	return Via(f, any(operators.Pairwise[T](opts...)).(stage.Stage[T, P]))
}

// WithIndex is operators.WithIndex. I is operators.Indexed[T].
func (f Flow[T]) WithIndex[I interface{ operators.Indexed[T] }](opts ...stage.Option) Flow[I] {
	return Via(f, any(operators.WithIndex[T](opts...)).(stage.Stage[T, I]))
}

// FilterMapErr is operators.FilterMapErr.
func (f Flow[T]) FilterMapErr[Out any](fn func(T) (Out, bool, error), opts ...stage.Option) Flow[Out] {
	return Via(f, operators.FilterMapErr(fn, opts...))
}

// FlatMapErr is operators.FlatMapErr.
func (f Flow[T]) FlatMapErr[Out any](fn func(T) ([]Out, error), opts ...stage.Option) Flow[Out] {
	return Via(f, operators.FlatMapErr(fn, opts...))
}
