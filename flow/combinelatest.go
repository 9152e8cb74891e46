package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// CombineLatest calls fn with the latest elements of two flows whenever one of
// them has a new one, once both have given one. Until then only the latest is
// kept; those that it takes the place of are dropped, counted with
// operators.ReasonSuperseded. From then on nothing is dropped: if downstream is
// slow, the flows wait. It goes on until both have completed, with the last
// element of the one that did first; ZipLatest ends with the first. If one
// completes without having given an element, nothing can come any more, and it
// completes at once.
//
// Both flows run at once, so which of two elements comes first is a matter of
// time; each flow keeps its order. What the last of each was made of counts as
// handled when the next one takes its place, or both flows have completed.
//
//	a                        -1--2-----------3-|
//	b                        ------x----y---------z---|
//	CombineLatest(a, b, fn)  ------[2x]-[2y]-[3y]-[3z]|
//
// Elsewhere: Reactor combineLatest, RxJava combineLatest, ro CombineLatest2.
//
// emits when either has an element and both have given one · backpressures when
// downstream does: the links fill and the flows wait · completes when both have,
// or one has without an element · fails when either does, behind its elements ·
// cancels when downstream does, both · order kept for each flow · starts 1
// goroutine for each flow · holds the latest of each, and what its links do
func CombineLatest[A, B, C any](a Flow[A], b Flow[B], fn func(A, B) C, opts ...stage.Option) Flow[C] {
	m := stage.Configure("CombineLatest", stage.TakesCapacity|stage.TakesWindow, opts)
	return latestOf(m, a, b, fn, func(cell *engine.Cell, a demand.Upstream[A], b demand.Upstream[B], n int) demand.Upstream[C] {
		return engine.CombineLatest(cell, a, b, fn, engine.Latest{Reason: operators.ReasonSuperseded}, n, m.WindowMin, m.WindowMax)
	})
}

// latestOf makes a flow of two that run at once. open is given the capacity of
// links.
func latestOf[A, B, C any](m stage.Meta, a Flow[A], b Flow[B], fn func(A, B) C, open func(*engine.Cell, demand.Upstream[A], demand.Upstream[B], int) demand.Upstream[C]) Flow[C] {
	m = m.Func(fn == nil, "function")
	return Flow[C]{
		n: joining(m, isMerge, a.n, b.n),
		open: func(bd *build) (demand.Upstream[C], error) {
			ua, ub, err := upBoth(bd, a, b)
			if err != nil {
				return nil, err
			}
			return open(stage.NewRuntime(bd.run, m).Cell(), ua, ub, orDefault(m.Capacity, engine.MergeCapacity)), nil
		},
	}
}
