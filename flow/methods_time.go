package flow

import (
	"time"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// Debounce is operators.Debounce.
func (f Flow[T]) Debounce(d time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Debounce[T](d, opts...))
}

// SampleTime is operators.SampleTime.
func (f Flow[T]) SampleTime(d time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.SampleTime[T](d, opts...))
}

// Audit is operators.Audit.
func (f Flow[T]) Audit(d time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Audit[T](d, opts...))
}

// Delay is operators.Delay.
func (f Flow[T]) Delay(d time.Duration, capacity int, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Delay[T](d, capacity, opts...))
}

// TakeFor is operators.TakeFor.
func (f Flow[T]) TakeFor(d time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.TakeFor[T](d, opts...))
}

// SkipFor is operators.SkipFor.
func (f Flow[T]) SkipFor(d time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.SkipFor[T](d, opts...))
}

// InitialTimeout is operators.InitialTimeout.
func (f Flow[T]) InitialTimeout(d time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.InitialTimeout[T](d, opts...))
}

// IdleTimeout is operators.IdleTimeout.
func (f Flow[T]) IdleTimeout(d time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.IdleTimeout[T](d, opts...))
}

// CompletionTimeout is operators.CompletionTimeout.
func (f Flow[T]) CompletionTimeout(d time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.CompletionTimeout[T](d, opts...))
}

// InitialDelay is operators.InitialDelay.
func (f Flow[T]) InitialDelay(d time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.InitialDelay[T](d, opts...))
}
