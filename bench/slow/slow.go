// Package slow has a stage in the middle that takes a millisecond for each
// element, between two hops: source | slow stage | sink. One scenario asks how
// soon the first element is there although the source has more to give, which
// shows whether elements wait for others in a chunk; one asks what the whole
// costs beyond the millisecond. Elements are 0, 1, 2 …
package slow

import (
	"context"
	"time"

	"github.com/weir-go/weir/bench/scenario"
)

// Names of the two scenarios.
const (
	First      = "slow-first"
	Throughput = "slow-throughput"
)

// Step is how long the slow stage takes for an element.
const Step = time.Millisecond

// Scenarios returns both.
func Scenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Group:    "slow",
			Name:     First,
			Title:    "a stage of 1 ms: from the start until the first element is at the sink",
			Unit:     "start",
			Baseline: "channels",
			AtLeast:  Step,
			Cases: []scenario.Case{
				{Library: scenario.Go, Variant: "channels", Run: MeasureFirst(channels)},
				{Library: scenario.Ro, Run: MeasureFirst(samberRo)},
				{Library: scenario.Rill, Run: MeasureFirst(destelRill)},
			},
		},
		{
			Group:    "slow",
			Name:     Throughput,
			Title:    "a stage of 1 ms: time for an element when all run through",
			Unit:     "element",
			Baseline: "channels",
			Want:     scenario.SumTo,
			Cases: []scenario.Case{
				{Library: scenario.Go, Variant: "channels", Run: MeasureAll(channels)},
				{Library: scenario.Ro, Run: MeasureAll(samberRo)},
				{Library: scenario.Rill, Run: MeasureAll(destelRill)},
			},
		},
	}
}

// Nap is the slow stage. Once the run has been given up it costs nothing, so
// that what a library has buffered does not hold up the next start.
func Nap(ctx context.Context, x int) int {
	if ctx.Err() == nil {
		time.Sleep(Step)
	}
	return x
}
