package flow

import (
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Race goes on with the first of several flows to answer: with an element, with
// its end, or with an error. The others are cancelled then. Of those that have
// answered by the time at which downstream looks, the first in the order of the
// arguments wins. Use it for several ways to the same data, of which the fastest
// will do.
//
// All start at once and run ahead up to the capacity of their links. What those
// that lost have read is counted as discarded, and not committed: their sources
// deliver it again another time. stage.Capacity(1) keeps that small. A call or a
// read under way, as of a channel, is not interrupted before the run ends.
//
//	a           ---1---2-|
//	b           -x---y---z-|
//	Race(a, b)  -x---y---z-|
//
// Elsewhere: Reactor firstWithSignal, RxJava amb, ro Race.
//
// emits when the winner does · backpressures when downstream does · completes
// when the winner does · fails when the winner does · cancels when downstream
// does, all inputs; when the race is decided, all but the winner · starts 1
// goroutine for each input · holds what its links do
func Race[T any](flows ...Flow[T]) Flow[T] { return RaceWith(flows) }

// RaceWith is Race with options: Name, Capacity, Window.
func RaceWith[T any](flows []Flow[T], opts ...stage.Option) Flow[T] {
	m := stage.Configure("Race", stage.TakesCapacity|stage.TakesWindow, opts)
	return mergeBy(m, engine.Choice{Race: true}, flows)
}
