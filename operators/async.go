package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Async runs what is above it on another goroutine, behind a link that holds at
// most n elements; the two sides work at once. Use it between two stages that
// both take their time.
//
//	in         abc-d-|       as fast as the link takes them
//	Async(3)   --a-b-c-d|   as downstream asks
//
// Elsewhere: Pekko async, Reactor publishOn, RxJava observeOn, ro ObserveOn,
// rill Buffer.
//
// emits when the link holds something · backpressures when the link is full ·
// completes when upstream does · fails when upstream does, behind the elements
// before · cancels when downstream does · starts 1 goroutine · holds at most n
// elements
func Async[T any](n int, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Async", stage.TakesWindow, opts).Positive(n, "capacity")
	m.Link, m.Capacity = true, n
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return engine.Link(rt.Cell(), up, n, m.WindowMin, m.WindowMax)
	})
}
