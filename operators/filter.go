package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Filter keeps the elements for which keep reports true. It works in place: keep
// is called for all elements of a chunk before any of them goes on, so a slow
// test belongs into FilterMap.
//
// emits when upstream does and keep reports true · backpressures when
// downstream does · completes when upstream does · cancels when downstream does
func Filter[T any](keep func(T) bool, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Filter", stage.TakesName, opts).Func(keep == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &filter[T]{up: up, keep: keep}
	})
}

type filter[T any] struct {
	up   demand.Upstream[T]
	keep func(T) bool
}

func (f *filter[T]) Pull(dst *demand.Chunk[T]) error { return demand.PullKept(f.up, dst, f.keep) }

func (f *filter[T]) Cancel(cause error) { f.up.Cancel(cause) }
