// Package batch groups elements into slices of 100, the last one shorter, and
// sums up what is in them. No batch is bounded in time. n counts elements.
package batch

import "github.com/weir-go/weir/bench/scenario"

// Name of the scenario.
const Name = "batch-100"

// Size of a full batch.
const Size = 100

// Scenarios returns the one scenario.
func Scenarios() []scenario.Scenario {
	return []scenario.Scenario{{
		Group:    "batch",
		Name:     Name,
		Title:    "batches of 100 elements",
		Unit:     "element",
		Baseline: "channels",
		Want:     inLoop,
		Cases: []scenario.Case{
			{Library: scenario.Go, Variant: "hand loop", Run: func(n int) (int, error) { return inLoop(n), nil }},
			{Library: scenario.Go, Variant: "channels", Run: channels},
			{Library: scenario.Ro, Run: samberRo},
			{Library: scenario.Rill, Run: destelRill},
			{Library: scenario.RxGo, Variant: "buffered", Run: rxGo},
			{Library: scenario.GoStreams, Run: goStreams},
		},
	}}
}

// Weigh is what the sink adds up for a batch: the elements, and the square of
// their number, so that batches of other sizes give another result.
func Weigh(batch []int) int {
	sum := len(batch) * len(batch)
	for _, x := range batch {
		sum += x
	}
	return sum
}

// inLoop is the work without any library. Its slices do not outlive a turn, so
// the compiler keeps them on the stack, which it can do for no other case.
func inLoop(n int) int {
	sum := 0
	for lo := 0; lo < n; lo += Size {
		hi := min(lo+Size, n)
		batch := make([]int, 0, Size)
		for i := lo; i < hi; i++ {
			batch = append(batch, i)
		}
		sum += Weigh(batch)
	}
	return sum
}
