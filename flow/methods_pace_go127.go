//go:build go1.27

package flow

import (
	"time"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// Dedupe is operators.Dedupe.
func (f Flow[T]) Dedupe[K comparable](ttl time.Duration, capacity int, key func(T) K, opts ...stage.Option) Flow[T] {
	return f.Via(operators.Dedupe(ttl, capacity, key, opts...))
}

// Timestamp is operators.Timestamp. E is operators.Timestamped[T].
func (f Flow[T]) Timestamp[E interface{ operators.Timestamped[T] }](opts ...stage.Option) Flow[E] {
	return Via(f, any(operators.Timestamp[T](opts...)).(stage.Stage[T, E]))
}

// TimeInterval is operators.TimeInterval. E is operators.Interval[T].
func (f Flow[T]) TimeInterval[E interface{ operators.Interval[T] }](opts ...stage.Option) Flow[E] {
	return Via(f, any(operators.TimeInterval[T](opts...)).(stage.Stage[T, E]))
}

// Materialize is operators.Materialize. E is operators.Event[T].
func (f Flow[T]) Materialize[E interface{ operators.Event[T] }](opts ...stage.Option) Flow[E] {
	return Via(f, any(operators.Materialize[T](opts...)).(stage.Stage[T, E]))
}
