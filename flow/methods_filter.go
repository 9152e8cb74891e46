package flow

import (
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// First is operators.First.
func (f Flow[T]) First(opts ...stage.Option) Flow[T] {
	return f.Via(operators.First[T](opts...))
}

// ElementAt is operators.ElementAt.
func (f Flow[T]) ElementAt(i int, opts ...stage.Option) Flow[T] {
	return f.Via(operators.ElementAt[T](i, opts...))
}

// Last is operators.Last.
func (f Flow[T]) Last(opts ...stage.Option) Flow[T] {
	return f.Via(operators.Last[T](opts...))
}

// TakeLast is operators.TakeLast.
func (f Flow[T]) TakeLast(n int, opts ...stage.Option) Flow[T] {
	return f.Via(operators.TakeLast[T](n, opts...))
}

// SkipLast is operators.SkipLast.
func (f Flow[T]) SkipLast(n int, opts ...stage.Option) Flow[T] {
	return f.Via(operators.SkipLast[T](n, opts...))
}

// Reduce is operators.Reduce.
func (f Flow[T]) Reduce(fn func(T, T) T, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Reduce(fn, opts...))
}

// EveryNth is operators.EveryNth.
func (f Flow[T]) EveryNth(n int, opts ...stage.Option) Flow[T] {
	return f.Via(operators.EveryNth[T](n, opts...))
}

// SampleShare is operators.SampleShare.
func (f Flow[T]) SampleShare(share float64, seed uint64, opts ...stage.Option) Flow[T] {
	return f.Via(operators.SampleShare[T](share, seed, opts...))
}

// IgnoreElements is operators.IgnoreElements.
func (f Flow[T]) IgnoreElements(opts ...stage.Option) Flow[T] {
	return f.Via(operators.IgnoreElements[T](opts...))
}
