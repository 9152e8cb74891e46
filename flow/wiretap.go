package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// WireTap shows every element to a sink as well, in the same run, on another
// goroutine, and never lets it disturb the flow: behind a tap that is slow,
// elements are dropped once its link of stage.Capacity elements (256) is full,
// counted with reason demand.ReasonSlowBranch; one that fails is detached, and
// reported in the Snapshot. A tap does not count for what a source commits. Use
// AlsoTo for a sink that must get everything.
//
// When the flow itself has enough, as with Take, upstream is cancelled and the
// tap completes. The run ends when the tap has written what it was given.
//
//	in          -a-b-c-d-|
//	slow tap    -a-----d-|     b and c are dropped, counted
//	WireTap     -a-b-c-d-|
//
// Elsewhere: Pekko wireTap.
//
// emits when upstream does · backpressures when downstream does, not when the
// tap does · completes when upstream does · fails when upstream does · cancels
// when downstream does · starts 2 goroutines · holds what its two links do
func (f Flow[T]) WireTap(s stage.Sink[T], opts ...stage.Option) Flow[T] {
	m := stage.Configure("WireTap", stage.TakesCapacity|stage.TakesWindow, opts)
	always := append(opts[:len(opts):len(opts)], stage.DropSlow(1), stage.Detach(1))
	branches := fanOut(f, "WireTap", 2, engine.ToAll, nil, always)
	hub := branches[0].n.in[0]
	hub.meta.Err = m.Err
	main, open := branches[0], branches[0].open
	main.open = func(b *build) (demand.Upstream[T], error) {
		up, err := open(b)
		if err == nil {
			b.hubs[hub].(*engine.Hub[T]).LeadBy(0)
		}
		return up, err
	}
	return main.beside(branches[1].To(s))
}
