//go:build go1.27

package flow

import (
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// GroupBy is operators.GroupBy.
func (f Flow[T]) GroupBy[K comparable, Out any](key func(T) K, maxKeys int, sub func(K) stage.Stage[T, Out], opts ...stage.Option) Flow[Out] {
	return Via(f, operators.GroupBy(key, maxKeys, sub, opts...))
}
