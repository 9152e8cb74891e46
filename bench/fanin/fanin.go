// Package fanin merges 2, 8 and 64 producers, each on a goroutine of its own,
// into one consumer. Producer i of p makes its [scenario.Share] of the
// numbers below n; n counts elements of all producers together.
package fanin

import (
	"fmt"

	"github.com/weir-go/weir/bench/scenario"
)

// Producers are the numbers of producers that are measured.
var Producers = []int{2, 8, 64}

// Name of the scenario with that many producers.
func Name(producers int) string { return fmt.Sprintf("fanin-%d", producers) }

// Scenarios returns one scenario for each number of producers.
func Scenarios() []scenario.Scenario {
	var all []scenario.Scenario
	for _, producers := range Producers {
		all = append(all, merge(producers))
	}
	return all
}

func merge(producers int) scenario.Scenario {
	return scenario.Scenario{
		Group:    "fanin",
		Name:     Name(producers),
		Title:    fmt.Sprintf("merge of %d producers into one consumer", producers),
		Unit:     "element",
		Baseline: "one channel",
		Want:     scenario.SumTo,
		Cases: []scenario.Case{
			{Library: scenario.Go, Variant: "one channel", Run: oneChannel(producers)},
			{Library: scenario.Ro, Run: samberRo(producers)},
			{Library: scenario.Rill, Run: destelRill(producers)},
			{Library: scenario.RxGo, Variant: "buffered", Run: rxGo(producers)},
			{Library: scenario.GoStreams, Run: goStreams(producers)},
		},
	}
}
