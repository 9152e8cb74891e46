//go:build go1.27

package flow

import (
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// ConcatMap is operators.ConcatMap.
func (f Flow[T]) ConcatMap[Out any](fn func(T) stage.Source[Out], opts ...stage.Option) Flow[Out] {
	return Via(f, operators.ConcatMap(fn, opts...))
}

// MergeMap is operators.MergeMap.
func (f Flow[T]) MergeMap[Out any](breadth int, fn func(T) stage.Source[Out], opts ...stage.Option) Flow[Out] {
	return Via(f, operators.MergeMap(breadth, fn, opts...))
}

// SwitchMap is operators.SwitchMap.
func (f Flow[T]) SwitchMap[Out any](fn func(T) stage.Source[Out], opts ...stage.Option) Flow[Out] {
	return Via(f, operators.SwitchMap(fn, opts...))
}

// ExhaustMap is operators.ExhaustMap.
func (f Flow[T]) ExhaustMap[Out any](fn func(T) stage.Source[Out], opts ...stage.Option) Flow[Out] {
	return Via(f, operators.ExhaustMap(fn, opts...))
}
