package flow

import (
	"time"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// SkipUntil is operators.SkipUntil.
func (f Flow[T]) SkipUntil(first func(T) bool, opts ...stage.Option) Flow[T] {
	return f.Via(operators.SkipUntil(first, opts...))
}

// KeepAlive is operators.KeepAlive.
func (f Flow[T]) KeepAlive(d time.Duration, fn func() T, opts ...stage.Option) Flow[T] {
	return f.Via(operators.KeepAlive(d, fn, opts...))
}

// ThrottleWith is operators.ThrottleWith.
func (f Flow[T]) ThrottleWith(config operators.ThrottleConfig[T], opts ...stage.Option) Flow[T] {
	return f.Via(operators.ThrottleWith(config, opts...))
}

// BackpressureTimeout is operators.BackpressureTimeout.
func (f Flow[T]) BackpressureTimeout(d time.Duration, opts ...stage.Option) Flow[T] {
	return f.Via(operators.BackpressureTimeout[T](d, opts...))
}
