//go:build go1.27

package flow

import (
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// DistinctUntilChangedBy is operators.DistinctUntilChangedBy.
func (f Flow[T]) DistinctUntilChangedBy[K comparable](key func(T) K, opts ...stage.Option) Flow[T] {
	return f.Via(operators.DistinctUntilChangedBy(key, opts...))
}
