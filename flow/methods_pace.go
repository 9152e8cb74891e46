package flow

import (
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// SkipUntil is operators.SkipUntil.
func (f Flow[T]) SkipUntil(first func(T) bool, opts ...stage.Option) Flow[T] {
	return f.Via(operators.SkipUntil(first, opts...))
}
