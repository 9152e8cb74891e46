//go:build go1.27

package flow_test

import (
	"testing"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
)

func TestMethodsOfWindows(t *testing.T) {
	f := numbered()
	third := func(v int) bool { return v%3 == 0 }
	tens := func(v int) int { return v / 10 }
	weight := func(v int) int64 { return int64(v % 5) }
	for name, got := range map[string][2]string{
		"BatchWeighted": {printed(f.BatchWeighted(9, time.Hour, weight)), printed(flow.Via(f, operators.BatchWeighted(9, time.Hour, weight)))},
		"SplitWhen":     {printed(f.SplitWhen(third, 4)), printed(flow.Via(f, operators.SplitWhen(third, 4)))},
		"SplitAfter":    {printed(f.SplitAfter(third, 4)), printed(flow.Via(f, operators.SplitAfter(third, 4)))},
		"ChunkBy":       {printed(f.ChunkBy(tens, 9)), printed(flow.Via(f, operators.ChunkBy(tens, 9)))},
		"TimeWindow":    {printed(f.TimeWindow(time.Hour, 7)), printed(flow.Via(f, operators.TimeWindow[int](time.Hour, 7)))},
		"SlidingTime":   {printed(f.SlidingTime(time.Hour, time.Minute, 7)), printed(flow.Via(f, operators.SlidingTime[int](time.Hour, time.Minute, 7)))},
		"SessionWindow": {printed(f.SessionWindow(time.Hour, 7)), printed(flow.Via(f, operators.SessionWindow[int](time.Hour, 7)))},
	} {
		if got[0] != got[1] || len(got[0]) < 20 {
			t.Errorf("%s: the method gives %s, the operator %s", name, got[0], got[1])
		}
	}
}

func TestMethodsOfWindowsTakeOptions(t *testing.T) {
	f := numbered()
	yes := func(int) bool { return true }
	for name, p := range map[string]flow.Pipeline{
		"a": f.BatchWeighted(9, 0, func(int) int64 { return 1 }, stage.Name("a")).To(sink.Discard[[]int]()),
		"b": f.SplitWhen(yes, 4, stage.Name("b")).To(sink.Discard[[]int]()),
		"c": f.SplitAfter(yes, 4, stage.Name("c")).To(sink.Discard[[]int]()),
		"d": f.ChunkBy(yes, 4, stage.Name("d")).To(sink.Discard[[]int]()),
		"e": f.TimeWindow(time.Hour, 4, stage.Name("e")).To(sink.Discard[[]int]()),
		"f": f.SlidingTime(time.Hour, time.Hour, 4, stage.Name("f")).To(sink.Discard[[]int]()),
		"g": f.SessionWindow(time.Hour, 4, stage.Name("g")).To(sink.Discard[[]int]()),
	} {
		r, err := p.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Wait() // numbered fails
		if _, ok := r.Snapshot().Stage(name); !ok {
			t.Errorf("no stage is called %s", name)
		}
	}
}
