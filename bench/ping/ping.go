// Package ping measures latency: the source makes the next element only when
// the sink has seen the one before, so exactly one is on its way and no stage
// can hide behind a full buffer. n counts pings.
//
// The way back is the same for everybody, a [Turn]; what differs is the way
// there, of one or three hops between goroutines.
package ping

import (
	"fmt"

	"github.com/weir-go/weir/bench/scenario"
)

// Name of the scenario with that many hops, of which there are 1 and 3.
func Name(hops int) string { return fmt.Sprintf("ping-%d", hops) }

// Scenarios returns the pings over one hop and over three.
func Scenarios() []scenario.Scenario {
	return []scenario.Scenario{pings(1), pings(3)}
}

func pings(hops int) scenario.Scenario {
	return scenario.Scenario{
		Group:    "ping",
		Name:     Name(hops),
		Title:    fmt.Sprintf("one element at a time, and a signal back; hops between goroutines: %d", hops),
		Unit:     "ping",
		Baseline: "channels",
		Want:     scenario.SumTo,
		Cases: []scenario.Case{
			{Library: scenario.Go, Variant: "channels", Run: channels(hops)},
			{Library: scenario.Ro, Run: samberRo(hops)},
			{Library: scenario.Rill, Run: destelRill(hops)},
			{Library: scenario.RxGo, Run: rxGo(hops)},
		},
	}
}

// A Turn is the way back: the source waits for its turn, the sink passes it.
type Turn chan struct{}

// NewTurn returns a turn that the source has.
func NewTurn() Turn {
	t := make(Turn, 1)
	t.Pass()
	return t
}

// Wait blocks the source until the sink has seen the element before.
func (t Turn) Wait() { <-t }

// Pass tells the source that the sink has seen an element.
func (t Turn) Pass() { t <- struct{}{} }
