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
