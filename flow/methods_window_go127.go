//go:build go1.27

package flow

import (
	"time"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// In all of these, B is []T.

// BatchWeighted is operators.BatchWeighted.
func (f Flow[T]) BatchWeighted[B interface{ []T }](limit int64, d time.Duration, weight func(T) int64, opts ...stage.Option) Flow[B] {
	return Via(f, any(operators.BatchWeighted(limit, d, weight, opts...)).(stage.Stage[T, B]))
}

// SplitWhen is operators.SplitWhen.
func (f Flow[T]) SplitWhen[B interface{ []T }](first func(T) bool, limit int, opts ...stage.Option) Flow[B] {
	return Via(f, any(operators.SplitWhen(first, limit, opts...)).(stage.Stage[T, B]))
}

// SplitAfter is operators.SplitAfter.
func (f Flow[T]) SplitAfter[B interface{ []T }](last func(T) bool, limit int, opts ...stage.Option) Flow[B] {
	return Via(f, any(operators.SplitAfter(last, limit, opts...)).(stage.Stage[T, B]))
}

// ChunkBy is operators.ChunkBy.
func (f Flow[T]) ChunkBy[K comparable, B interface{ []T }](key func(T) K, limit int, opts ...stage.Option) Flow[B] {
	return Via(f, any(operators.ChunkBy(key, limit, opts...)).(stage.Stage[T, B]))
}

// TimeWindow is operators.TimeWindow.
func (f Flow[T]) TimeWindow[B interface{ []T }](d time.Duration, limit int, opts ...stage.Option) Flow[B] {
	return Via(f, any(operators.TimeWindow[T](d, limit, opts...)).(stage.Stage[T, B]))
}

// SlidingTime is operators.SlidingTime.
func (f Flow[T]) SlidingTime[B interface{ []T }](size, step time.Duration, limit int, opts ...stage.Option) Flow[B] {
	return Via(f, any(operators.SlidingTime[T](size, step, limit, opts...)).(stage.Stage[T, B]))
}

// SessionWindow is operators.SessionWindow.
func (f Flow[T]) SessionWindow[B interface{ []T }](gap time.Duration, limit int, opts ...stage.Option) Flow[B] {
	return Via(f, any(operators.SessionWindow[T](gap, limit, opts...)).(stage.Stage[T, B]))
}
