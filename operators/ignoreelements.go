package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// IgnoreElements passes on no element, only how the stream ends. All elements
// count as handled.
//
//	in               -a-b-c-|
//	IgnoreElements   -------|
//
// Elsewhere: Reactor ignoreElements, RxJava ignoreElements.
//
// emits when never · backpressures when downstream does · completes when upstream
// does · fails when upstream does · cancels when downstream does
func IgnoreElements[T any](opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("IgnoreElements", stage.TakesName, opts)
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &ignoring[T]{up: up}
	})
}

type ignoring[T any] struct {
	up demand.Upstream[T]
	in demand.Chunk[T]
}

func (i *ignoring[T]) Pull(dst *demand.Chunk[T]) error {
	for {
		// How many elements go out says nothing of how many should come in.
		if err := demand.RefillMax(i.up, &i.in, dst, maxRead, demand.Forever); err != nil || i.in.Len() == 0 {
			return err
		}
		i.in.Advance(i.in.Len())
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

func (i *ignoring[T]) Cancel(cause error) { i.up.Cancel(cause) }
