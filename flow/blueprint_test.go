package flow_test

import (
	"strings"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// Bad arguments of what makes one flow of several, or several of one, show at
// Start, and name it. What stages and hubs say is in tests of their own.
func TestMistakesInGraphs(t *testing.T) {
	ok := flow.From(source.Range(0, 3))
	none := flow.Flow[int]{}
	all := func(f ...flow.Flow[int]) (ps []flow.Pipeline) {
		for _, f := range f {
			ps = append(ps, f.To(sink.Discard[int]()))
		}
		return ps
	}
	left := func(a, _ flow.Flow[int]) flow.Flow[int] { return a }
	halves := func(int) (int, int) { return 0, 0 }
	foreign := stage.Workers(2)
	for want, ps := range map[string][]flow.Pipeline{
		`stage "merge": number of flows must be at least 1, is 0`:        all(flow.Merge[int]()),
		`stage "merge": option Workers is not one that Merge takes`:      all(flow.MergeWith([]flow.Flow[int]{ok}, foreign)),
		`stage "concat": number of flows must be at least 1, is 0`:       all(flow.Concat[int]()),
		`stage "concat": option Workers is not one that Concat takes`:    all(flow.ConcatWith([]flow.Flow[int]{ok}, foreign)),
		`stage "zip": option Workers is not one that Zip takes`:          all(flow.Via(flow.Zip(ok, ok, foreign), operators.Map(func(flow.Pair[int, int]) int { return 0 }))),
		`stage "zip": function must not be nil`:                          all(flow.ZipWith[int, int, int](ok, ok, nil)),
		`stage "zip4": option Workers is not one that Zip4 takes`:        all(flow.Via(flow.Zip4(ok, ok, ok, ok, foreign), operators.Map(func(flow.Quad[int, int, int, int]) int { return 0 }))),
		`stage "publisher": publisher must not be nil`:                   all(flow.FromPublisher[int](nil)),
		`stage "broadcast": number of branches must be at least 1, is 0`: all(flow.Broadcast(ok, 0)...),
		`stage "balance": number of branches must be at least 1, is -1`:  all(flow.Balance(ok, -1)...),
		`stage "partition": number of branches must be at least 1, is 0`: all(flow.Partition(ok, 0, func(int) int { return 0 })...),
		`stage "partition": function must not be nil`:                    all(flow.Partition(ok, 2, nil)...),
		`stage "unzip/split": function must not be nil`:                  all(left(flow.Unzip[int, int, int](ok, nil))),
		`stage "unzip": nobody reads branch 1 of 2`:                      all(left(flow.Unzip(ok, halves))),
		`the sink is nil`: all(ok.AlsoTo(nil)),
		`stage "wiretap": option Workers is not one that WireTap takes`:     all(ok.WireTap(sink.Discard[int](), foreign)),
		`stage "divertto": function must not be nil`:                        all(ok.DivertTo(sink.Discard[int](), nil)),
		`stage "flow": weir: a flow has no source: begin it with flow.From`: all(flow.Merge(ok, none)),
	} {
		_, err := flow.Start(t.Context(), ps...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
