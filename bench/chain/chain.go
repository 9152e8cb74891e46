// Package chain is the chain of four stages over integers: range, map,
// filter, map, fold. The functions are cheap on purpose, so that what is left
// is the price of moving an element from stage to stage.
//
// n counts the elements of the range; the filter lets half of them through.
package chain

import "github.com/weir-go/weir/bench/scenario"

// Name of the scenario.
const Name = "chain"

// Seq names the case that the others are compared with.
const Seq = "iter.Seq"

// AddOne is the first map.
func AddOne(x int) int { return x + 1 }

// Even is the filter.
func Even(x int) bool { return x%2 == 0 }

// Triple is the second map.
func Triple(x int) int { return x * 3 }

// Add is the fold.
func Add(sum, x int) int { return sum + x }

// Scenarios returns the chain.
func Scenarios() []scenario.Scenario {
	return []scenario.Scenario{{
		Group:    "chain",
		Name:     Name,
		Title:    "range → map → filter → map → fold, int elements, cheap functions",
		Unit:     "element",
		Baseline: Seq,
		Want:     handLoop,
		Cases: []scenario.Case{
			{Library: scenario.Go, Variant: "hand loop", Run: func(n int) (int, error) { return handLoop(n), nil }},
			{Library: scenario.Go, Variant: "four closures", Run: closures},
			{Library: scenario.Go, Variant: Seq, Run: seq},
			{Library: scenario.Go, Variant: "channels, four goroutines", Run: channels},
			{Library: scenario.Reactor, Run: reactorGo},
			{Library: scenario.Ro, Run: samberRo},
			{Library: scenario.Rill, Run: destelRill},
			{Library: scenario.RxGo, Run: rxGo},
			{Library: scenario.RxGo, Variant: "buffered", Run: rxGoBuffered},
			{Library: scenario.GoStreams, Run: goStreams},
		},
	}}
}

// handLoop is the work without any library, and the result all must return.
func handLoop(n int) int {
	sum := 0
	for i := range n {
		x := AddOne(i)
		if !Even(x) {
			continue
		}
		sum = Add(sum, Triple(x))
	}
	return sum
}
