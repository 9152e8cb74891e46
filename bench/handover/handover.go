// Package handover moves elements between a producer and a consumer that
// asks for one at a time: nothing is made ahead of demand, so nothing can be
// spread over a chunk. n counts elements.
package handover

import "github.com/weir-go/weir/bench/scenario"

// Name of the scenario.
const Name = "handover"

// Scenarios returns the one scenario. The buffered channel is not the same
// work, since it lets the producer run ahead; it is there as the yardstick of
// what one element over a channel costs.
func Scenarios() []scenario.Scenario {
	return []scenario.Scenario{{
		Group:    "handover",
		Name:     Name,
		Title:    "one element per request",
		Unit:     "element",
		Baseline: "unbuffered channel",
		Want:     scenario.SumTo,
		Cases: []scenario.Case{
			{Library: scenario.Go, Variant: "unbuffered channel", Run: channel(0)},
			{Library: scenario.Go, Variant: "buffered channel", Run: channel(scenario.Buffer)},
			{Library: scenario.Go, Variant: "request and reply channels", Run: requestReply},
			{Library: scenario.Go, Variant: "iter.Pull", Run: pull},
			{Library: scenario.Reactor, Variant: "request(1)", Run: reactorGo},
			{Library: scenario.Rill, Run: destelRill},
		},
	}}
}
