package flow

import (
	"iter"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// LatestWhileBusy is operators.LatestWhileBusy.
func (f Flow[T]) LatestWhileBusy(opts ...stage.Option) Flow[T] {
	return f.Via(operators.LatestWhileBusy[T](opts...))
}

// DropWhileBusy is operators.DropWhileBusy.
func (f Flow[T]) DropWhileBusy(opts ...stage.Option) Flow[T] {
	return f.Via(operators.DropWhileBusy[T](opts...))
}

// Conflate is operators.Conflate.
func (f Flow[T]) Conflate(fn func(a, b T) T, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Conflate(fn, opts...))
}

// Extrapolate is operators.Extrapolate.
func (f Flow[T]) Extrapolate(fn func(T) iter.Seq[T], opts ...stage.Option) Flow[T] {
	return f.Via(operators.Extrapolate(fn, opts...))
}

// ExtrapolateFrom is operators.ExtrapolateFrom.
func (f Flow[T]) ExtrapolateFrom(initial T, fn func(T) iter.Seq[T], opts ...stage.Option) Flow[T] {
	return f.Via(operators.ExtrapolateFrom(initial, fn, opts...))
}
