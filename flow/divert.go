package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// DivertTo sends the elements for which when reports true to a sink of its own
// instead, in the same run, on another goroutine: rejects to a file, say. It is a
// Partition in two, and takes the same options: branch 0 is the flow that goes
// on, branch 1 the sink. Each side keeps the order of its elements; where one
// has left, elements for it are dropped and counted.
//
//	in                     -1-2-3-4-|
//	sink                   ---2---4-|
//	DivertTo(sink, even)   -1---3---|
//
// Elsewhere: Pekko divertTo.
//
// emits when upstream does and when reports false · backpressures when one side
// has no room · completes when upstream does · fails when upstream or the sink
// does · cancels when both have · starts 2 goroutines · holds what its two links
// do
func (f Flow[T]) DivertTo(s stage.Sink[T], when func(T) bool, opts ...stage.Option) Flow[T] {
	var choose func(T) int
	if when != nil {
		choose = func(v T) int {
			if when(v) {
				return 1
			}
			return 0
		}
	}
	branches := fanOut(f, "DivertTo", 2, engine.ToMatched, choose, opts)
	return branches[0].beside(branches[1].To(s))
}

// beside makes a pipeline start together with the flow, a branch of the same
// fan-out.
func (f Flow[T]) beside(side Pipeline) Flow[T] {
	n := *f.n
	n.sides = []Pipeline{side}
	return Flow[T]{n: &n, open: func(b *build) (demand.Upstream[T], error) {
		up, err := f.open(b)
		if err != nil {
			return nil, err
		}
		return up, side.start(b, nil)
	}}
}
