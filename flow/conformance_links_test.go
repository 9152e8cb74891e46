package flow_test

import (
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// Fan-ins over links. Those of which one flow may end the whole before another
// fails have that other beside them, without a fault.
func TestConformanceOfLinks(t *testing.T) {
	one := flow.From(source.Slice([]el{{v: 1000}}))
	never := flow.Via(timed("-"), operators.Map(func(string) el { return el{} }))
	for name, c := range map[string]conform{
		"MergePreferred": {flows: 2, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
			return just(flow.MergePreferred(in[0], in[1:]...))
		}},
		"MergePreferredWith": {flows: 3, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
			return just(flow.MergePreferredWith(in[0], in[1:], stage.Capacity(1)))
		}},
		"MergePrioritized": {flows: 2, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
			return just(flow.MergePrioritized([]int{2, 3}, in...))
		}},
		"MergePrioritizedWith": {flows: 3, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
			return just(flow.MergePrioritizedWith([]int{1, 2, 1}, in, stage.Capacity(2)))
		}},
		"Race": {flows: 1, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
			return just(flow.Race(never, in[0]))
		}},
		"RaceWith": {flows: 1, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
			return just(flow.RaceWith([]flow.Flow[el]{in[0], never}, stage.Capacity(1)))
		}},
		"CombineLatest": {flows: 2, loose: true, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
			return just(flow.CombineLatest(in[0], in[1], both))
		}},
		"ZipLatest": {flows: 1, loose: true, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
			return just(flow.ZipLatest(in[0], flow.Merge(one, never), both))
		}},
		"WithLatestFrom": {flows: 1, build: func(in []flow.Flow[el], _ stage.Sink[el]) []flow.Flow[el] {
			return just(flow.WithLatestFrom(in[0], one, both, stage.Capacity(2)))
		}},
	} {
		t.Run(name, func(t *testing.T) { conforms(t, c) })
	}
}
