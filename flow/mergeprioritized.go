package flow

import (
	"slices"

	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// MergePrioritized is Merge with a weight for each input: how many elements it
// may give in a turn. While all have elements, each gets its weight's share of
// the elements that come out, however many downstream asks for at once. An input
// that has nothing when its turn comes, or nothing more, is passed over: the
// others divide its share, and it doesn't get it later. None is starved.
//
// Weights of 10 and 30 share like 1 and 3, in turns that are longer, so that more
// elements go at once. A weight is at least 1, and at most the capacity of a link,
// 1024 unless stage.Capacity says otherwise.
//
//	a                               (abcd|)
//	b                               (wxyz|)
//	MergePrioritized({2, 1}, a, b)  -a-b-w-c-d-x-y-z-|
//
// Elsewhere: Pekko mergePrioritized.
//
// emits when an input has an element · backpressures when downstream does: the
// links fill and the inputs wait · completes when all inputs have · fails when
// one does, behind its elements · cancels when downstream does, all inputs ·
// order kept for each input · starts 1 goroutine for each input · holds what its
// links do
func MergePrioritized[T any](weights []int, flows ...Flow[T]) Flow[T] {
	return MergePrioritizedWith(weights, flows)
}

// MergePrioritizedWith is MergePrioritized with options: Name, Capacity, Window.
func MergePrioritizedWith[T any](weights []int, flows []Flow[T], opts ...stage.Option) Flow[T] {
	m := stage.Configure("MergePrioritized", stage.TakesCapacity|stage.TakesWindow, opts)
	m = m.Require(len(weights) == len(flows), "%d weights are given for %d flows", len(weights), len(flows))
	most := orDefault(m.Capacity, engine.MergeCapacity)
	for _, w := range weights {
		m = m.Require(w > 0 && w <= most, "weight must be from 1 to the capacity of a link, %d, is %d", most, w)
	}
	return mergeBy(m, engine.Choice{Weights: slices.Clone(weights)}, flows)
}
