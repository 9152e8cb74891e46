package bench

import (
	"fmt"

	"github.com/weir-go/weir/bench/batch"
	"github.com/weir-go/weir/bench/chain"
	"github.com/weir-go/weir/bench/fanin"
	"github.com/weir-go/weir/bench/handover"
	"github.com/weir-go/weir/bench/parallel"
	"github.com/weir-go/weir/bench/ping"
	"github.com/weir-go/weir/bench/scenario"
	"github.com/weir-go/weir/bench/slow"
)

// Scenarios returns everything that is measured, peers and Weir.
func Scenarios() []scenario.Scenario {
	t := new(table)
	for _, group := range [][]scenario.Scenario{
		chain.Scenarios(),
		handover.Scenarios(),
		ping.Scenarios(),
		fanin.Scenarios(),
		parallel.Scenarios(),
		batch.Scenarios(),
		slow.Scenarios(),
	} {
		t.scenarios = append(t.scenarios, group...)
	}
	registerWeir(t)
	return t.scenarios
}

// table is the scenarios while cases are added.
type table struct {
	scenarios []scenario.Scenario
}

// weir adds a case of Weir's to the scenario of that name.
func (t *table) weir(name, variant string, run scenario.Run) {
	for i, s := range t.scenarios {
		if s.Name == name {
			t.scenarios[i] = s.With(scenario.Case{Library: scenario.Weir, Variant: variant, Run: run})
			return
		}
	}
	panic(fmt.Sprintf("bench: no scenario is named %q", name))
}
