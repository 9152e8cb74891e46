package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Pairwise emits each element together with the one before it, from the second
// on. A stream of fewer than two elements completes without a pair. An element
// counts as handled when both pairs with it do; so the last one is given up when
// the stream fails or is stopped.
//
//	in         -a-b---c---d-|
//	Pairwise   ---[ab][bc][cd]|
//
// Elsewhere: RxJS pairwise, RxPY pairwise.
//
// emits when upstream does, from the second element on · backpressures when
// downstream does · completes when upstream does · fails when upstream does ·
// cancels when downstream does · holds one element
func Pairwise[T any](opts ...stage.Option) stage.Stage[T, [2]T] {
	m := stage.Configure("Pairwise", stage.TakesName, opts)
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[[2]T] {
		return &sliding[T, [2]T]{up: up, n: 2, step: 1, whole: true, make: func(w []T) [2]T { return [2]T{w[0], w[1]} }}
	})
}
