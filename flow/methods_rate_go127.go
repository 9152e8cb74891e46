//go:build go1.27

package flow

import (
	"iter"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// BatchWhileBusy is operators.BatchWhileBusy. B is []T.
func (f Flow[T]) BatchWhileBusy[B interface{ []T }](max int, opts ...stage.Option) Flow[B] {
	return Via(f, any(operators.BatchWhileBusy[T](max, opts...)).(stage.Stage[T, B]))
}

// ConflateWith is operators.ConflateWith.
func (f Flow[T]) ConflateWith[A any](seed func(T) A, fn func(A, T) A, opts ...stage.Option) Flow[A] {
	return Via(f, operators.ConflateWith(seed, fn, opts...))
}

// Expand is operators.Expand.
func (f Flow[T]) Expand[Out any](fn func(T) iter.Seq[Out], opts ...stage.Option) Flow[Out] {
	return Via(f, operators.Expand(fn, opts...))
}
