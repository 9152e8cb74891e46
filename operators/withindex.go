package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Indexed is an element and its number in the stream, from 0.
type Indexed[T any] struct {
	Index int
	Value T
}

// WithIndex numbers the elements from 0, in the order in which they come. It is
// the count of this stage in this run: where a source numbers its records, these
// numbers are others.
//
//	in          -a----b----c-|
//	WithIndex   -[0a]-[1b]-[2c]|
//
// Elsewhere: Pekko zipWithIndex, Reactor index.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does · fails when upstream does · cancels when downstream does
func WithIndex[T any](opts ...stage.Option) stage.Stage[T, Indexed[T]] {
	m := stage.Configure("WithIndex", stage.TakesName, opts)
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[Indexed[T]] {
		next := 0
		return &mapper[T, Indexed[T]]{up: up, f: func(v T) Indexed[T] {
			next++
			return Indexed[T]{next - 1, v}
		}}
	})
}
