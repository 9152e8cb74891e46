package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// ZipLatest is CombineLatest that completes as soon as one of the flows does. What
// the other has read by then and could not be combined is counted as discarded,
// and its source delivers it again another time.
//
// It is not a Zip: an element may be used many times, with each new one of the
// other flow.
//
//	a                    -1--2-----------3---|
//	b                    ------x----y----------z-|
//	ZipLatest(a, b, fn)  ------[2x]-[2y]-[3y]|
//
// Elsewhere: Pekko zipLatest and zipLatestWith.
//
// emits when either has an element and both have given one · backpressures when
// downstream does: the links fill and the flows wait · completes when either does
// · fails when either does, behind its elements · cancels when downstream does,
// both; when one has completed, the other · order kept for each flow · starts 1
// goroutine for each flow · holds the latest of each, and what its links do
func ZipLatest[A, B, C any](a Flow[A], b Flow[B], fn func(A, B) C, opts ...stage.Option) Flow[C] {
	m := stage.Configure("ZipLatest", stage.TakesCapacity|stage.TakesWindow, opts)
	return latestOf(m, a, b, fn, func(cell *engine.Cell, a demand.Upstream[A], b demand.Upstream[B], n int) demand.Upstream[C] {
		how := engine.Latest{EndsWithAny: true, Reason: operators.ReasonSuperseded}
		return engine.CombineLatest(cell, a, b, fn, how, n, m.WindowMin, m.WindowMax)
	})
}
