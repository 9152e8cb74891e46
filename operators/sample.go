package operators

import (
	"math/rand/v2"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// EveryNth passes on each n-th element: number n, 2n, 3n, and so on, counted from
// 1. What it leaves out counts as handled.
//
//	in           -a-b-c-d-|
//	EveryNth(2)  ---b---d-|
//
// emits when n elements have come · backpressures when downstream does ·
// completes when upstream does · fails when upstream does · cancels when
// downstream does
func EveryNth[T any](n int, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("EveryNth", stage.TakesName, opts).Positive(n, "number of elements")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		seen := 0
		return &filter[T]{up: up, keep: func(T) bool {
			if seen++; seen < n {
				return false
			}
			seen = 0
			return true
		}}
	})
}

// SampleShare passes on a share of the elements, chosen at random, each with the
// same chance: 0.01 is one of a hundred, 0 none and 1 all. The same seed chooses
// the same positions in every run; a seed of 0 chooses anew each time. What it
// leaves out counts as handled.
//
//	in                     -a-b-c-d-e-f-|
//	SampleShare(0.5, 1)    -a---c-d-----|
//
// emits when upstream does and the element is chosen · backpressures when
// downstream does · completes when upstream does · fails when upstream does ·
// cancels when downstream does
func SampleShare[T any](share float64, seed uint64, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("SampleShare", stage.TakesName, opts).Require(share >= 0 && share <= 1, "share must be from 0 to 1, is %v", share)
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		s := seed
		if s == 0 {
			s = rand.Uint64()
		}
		random := rand.New(rand.NewPCG(s, 0))
		return &filter[T]{up: up, keep: func(T) bool { return random.Float64() < share }}
	})
}
