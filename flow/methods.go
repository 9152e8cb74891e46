package flow

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// Each method here continues the flow with the operator of the same name. Those
// that change the type of elements are methods from Go 1.27 on, in
// methods_go127.go; before, use the function Via.

// Filter is operators.Filter.
func (f Flow[T]) Filter(keep func(T) bool, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Filter(keep, opts...))
}

// Take is operators.Take.
func (f Flow[T]) Take(n int, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Take[T](n, opts...))
}

// TakeWhile is operators.TakeWhile.
func (f Flow[T]) TakeWhile(more func(T) bool, opts ...stage.Option) Flow[T] {
	return f.Via(operators.TakeWhile(more, opts...))
}

// TakeUntil is operators.TakeUntil.
func (f Flow[T]) TakeUntil(last func(T) bool, opts ...stage.Option) Flow[T] {
	return f.Via(operators.TakeUntil(last, opts...))
}

// Skip is operators.Skip.
func (f Flow[T]) Skip(n int, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Skip[T](n, opts...))
}

// SkipWhile is operators.SkipWhile.
func (f Flow[T]) SkipWhile(skip func(T) bool, opts ...stage.Option) Flow[T] {
	return f.Via(operators.SkipWhile(skip, opts...))
}

// Peek is operators.Peek.
func (f Flow[T]) Peek(look func(T), opts ...stage.Option) Flow[T] {
	return f.Via(operators.Peek(look, opts...))
}

// Async is operators.Async.
func (f Flow[T]) Async(n int, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Async[T](n, opts...))
}

// Buffer is operators.Buffer.
func (f Flow[T]) Buffer(n int, overflow demand.Overflow, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Buffer[T](n, overflow, opts...))
}

// BufferWith is operators.BufferWith.
func (f Flow[T]) BufferWith(config demand.BufferConfig[T], opts ...stage.Option) Flow[T] {
	return f.Via(operators.BufferWith(config, opts...))
}

// Throttle is operators.Throttle.
func (f Flow[T]) Throttle(n int, per time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Throttle[T](n, per, opts...))
}

// Timeout is operators.Timeout.
func (f Flow[T]) Timeout(d time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Timeout[T](d, opts...))
}

// Recover is operators.Recover.
func (f Flow[T]) Recover(last func(error) (T, bool), opts ...stage.Option) Flow[T] {
	return f.Via(operators.Recover(last, opts...))
}
