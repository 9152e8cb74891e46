// Package parallel maps a CPU-bound function with as many workers as Go runs
// goroutines at once, in one scenario keeping the order of the elements and in
// one giving it up. n counts elements. The function takes a few microseconds:
// short enough to see what handing out work costs, which a longer one hides.
package parallel

import (
	"runtime"

	"github.com/weir-go/weir/bench/scenario"
)

// Names of the two scenarios.
const (
	Ordered   = "parallel-ordered"
	Unordered = "parallel-unordered"
)

// Workers is how many workers each case has.
func Workers() int { return runtime.GOMAXPROCS(0) }

// Scenarios returns the ordered and the unordered map. samber/ro and
// reactor-go have no parallel map with a bound, so they are in neither; RxGo's
// pool and go-streams' workers keep no order.
func Scenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Group:    "parallel",
			Name:     Ordered,
			Title:    "parallel map of a CPU-bound function, order kept",
			Unit:     "element",
			Baseline: "channels",
			Want:     func(n int) int { return inTurn(n, Chain) },
			Cases: []scenario.Case{
				{Library: scenario.Go, Variant: "one goroutine", Run: alone(Chain)},
				{Library: scenario.Go, Variant: "channels", Run: orderedChannels},
				{Library: scenario.Rill, Run: rillOrdered},
			},
		},
		{
			Group:    "parallel",
			Name:     Unordered,
			Title:    "parallel map of a CPU-bound function, any order",
			Unit:     "element",
			Baseline: "channels",
			Want:     func(n int) int { return inTurn(n, Sum) },
			Cases: []scenario.Case{
				{Library: scenario.Go, Variant: "one goroutine", Run: alone(Sum)},
				{Library: scenario.Go, Variant: "channels", Run: unorderedChannels},
				{Library: scenario.Rill, Run: rillUnordered},
				{Library: scenario.RxGo, Variant: "buffered", Run: rxGo},
				{Library: scenario.GoStreams, Run: goStreams},
			},
		},
	}
}

func alone(fold func(acc, x int) int) scenario.Run {
	return func(n int) (int, error) { return inTurn(n, fold), nil }
}

func inTurn(n int, fold func(acc, x int) int) int {
	acc := 0
	for i := range n {
		acc = fold(acc, Burn(i))
	}
	return acc
}
