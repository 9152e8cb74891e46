package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// ReasonBusy is the reason with which DropWhileBusy drops elements, as downstream
// had not asked, and ExhaustMap, as the source of an earlier one was running.
const ReasonBusy = "busy"

// LatestWhileBusy keeps the latest element that came while downstream was busy,
// and drops the earlier ones, counted with demand.ReasonOldest. Downstream is busy
// from when its request is answered until it asks again; an answer is one element.
// Dropped elements count as handled.
//
// What is below may ask ahead of its need, as a link does: put this operator right
// above the slow stage.
//
//	in                    abcde------f|
//	downstream is busy    a-----------
//	LatestWhileBusy       a-----e----f|    b, c and d are dropped
//
// Elsewhere: Reactor onBackpressureLatest, RxJava onBackpressureLatest, Pekko
// buffer with OverflowStrategy.dropHead.
//
// emits when an element has come and downstream asks · backpressures when never
// · completes when upstream does, after the element held · fails when upstream
// does, behind the element held · cancels when downstream does · starts 1
// goroutine · holds one element
func LatestWhileBusy[T any](opts ...stage.Option) stage.Stage[T, T] {
	return newBuffer("LatestWhileBusy", demand.BufferConfig[T]{Capacity: 1, Overflow: demand.DropOldest}, opts)
}

// DropWhileBusy drops the elements that come while downstream is busy, counted
// with ReasonBusy, and passes on the one that comes when downstream has asked.
// Downstream is busy from when its request is answered until it asks again, and
// before it asks for the first time; an answer is one element. A request that runs
// out of patience stands until it is answered. Dropped elements count as handled.
//
// So downstream never gets an element that has become old while it worked, as it
// does with Buffer(1, demand.DropNewest), which keeps the first that comes
// meanwhile. A stream that is over before downstream asks is dropped as a whole.
//
// What is below may ask ahead of its need, as a link does: put this operator right
// above the slow stage.
//
//	in                    abcde------f-|
//	downstream is busy    a-----------
//	DropWhileBusy         a----------f-|    b, c, d and e are dropped
//
// Elsewhere: Reactor onBackpressureDrop, RxJava onBackpressureDrop.
//
// emits when an element comes and downstream has asked · backpressures when never
// · completes when upstream does · fails when upstream does · cancels when
// downstream does · starts 1 goroutine · holds the element that downstream is
// waiting for
func DropWhileBusy[T any](opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("DropWhileBusy", stage.TakesWindow, opts)
	m.Link, m.Capacity = true, 1
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return engine.WhenAsked(rt.Cell(), up, ReasonBusy, m.WindowMin, m.WindowMax)
	})
}
