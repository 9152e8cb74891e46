package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// WithLatestFrom calls fn with each element of main and the latest one of other at
// that time: events with the settings of the day, say. Only main makes it emit.
//
// No element of main is dropped. Those that come before other has given one wait,
// behind a link; in other libraries they are lost. Of other only the latest is
// kept; those that it takes the place of before main had an element for them are
// dropped, counted with operators.ReasonSuperseded. When other completes, its last
// element stays; if there is none, nothing can come any more, and it completes.
//
// While downstream does not ask, other runs ahead as far as its link goes, and
// then waits; after a long pause main's first element may get one that is as old.
// What other's latest was made of counts as handled when the next one takes its
// place, or main has completed.
//
//	main                             -a------b----c--------d---|
//	other                            ---1---------------2---|
//	WithLatestFrom(main, other, fn)  ---[a1]-[b1]-[c1]-----[d2]|
//
// Elsewhere: Reactor withLatestFrom, RxJava withLatestFrom.
//
// emits when main has an element and other has given one · backpressures when
// downstream does, and main while other has given none · completes when main does,
// or other without an element · fails when either does · cancels when downstream
// does, both; when main has completed, other · order that of main · starts 1
// goroutine for each flow · holds the latest of other, and what its links do
func WithLatestFrom[A, B, C any](main Flow[A], other Flow[B], fn func(A, B) C, opts ...stage.Option) Flow[C] {
	m := stage.Configure("WithLatestFrom", stage.TakesCapacity|stage.TakesWindow, opts)
	return latestOf(m, main, other, fn, func(cell *engine.Cell, a demand.Upstream[A], b demand.Upstream[B], n int) demand.Upstream[C] {
		return engine.WithLatestFrom(cell, a, b, fn, operators.ReasonSuperseded, n, m.WindowMin, m.WindowMax)
	})
}
