package flow

import (
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// MergePreferred is Merge with one input that goes before the others: whenever
// downstream asks, it gets what the preferred input has, and something of the
// others only where that has nothing. The others take turns. What downstream has
// got already is not called back: a preferred element waits for that at most.
//
// A preferred input that always has something starves the others for good: they
// wait behind their links. Use MergePrioritized where they should get a share.
//
//	preferred                  -----p-q---|
//	other                      -abc-d-e---|
//	MergePreferred, slow sink  -a-b-p-q-c-d-e-|
//
// Elsewhere: Pekko mergePreferred.
//
// emits when an input has an element · backpressures when downstream does: the
// links fill and the inputs wait · completes when all inputs have · fails when
// one does, behind its elements · cancels when downstream does, all inputs ·
// order kept for each input · starts 1 goroutine for each input · holds what its
// links do
func MergePreferred[T any](preferred Flow[T], others ...Flow[T]) Flow[T] {
	return MergePreferredWith(preferred, others)
}

// MergePreferredWith is MergePreferred with options: Name, Capacity, Window.
func MergePreferredWith[T any](preferred Flow[T], others []Flow[T], opts ...stage.Option) Flow[T] {
	m := stage.Configure("MergePreferred", stage.TakesCapacity|stage.TakesWindow, opts)
	return mergeBy(m, engine.Choice{Preferred: true}, append([]Flow[T]{preferred}, others...))
}
