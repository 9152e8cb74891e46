package operators_test

import (
	"iter"
	"strings"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

func metaErr[In, Out any](s stage.Stage[In, Out]) error { return s.Meta().Err }

func TestMistakesInBlueprints(t *testing.T) {
	keep := func(int) bool { return true }
	for want, err := range map[string]error{
		"Map: function must not be nil":                                       metaErr(operators.Map[int, int](nil)),
		"MapErr: function must not be nil":                                    metaErr(operators.MapErr[int, int](nil)),
		"MapContext: function must not be nil":                                metaErr(operators.MapContext[int, int](nil)),
		"Filter: function must not be nil":                                    metaErr(operators.Filter[int](nil)),
		"FilterMap: function must not be nil":                                 metaErr(operators.FilterMap[int, int](nil)),
		"FlatMap: function must not be nil":                                   metaErr(operators.FlatMap[int, int](nil)),
		"ConcatMap: function must not be nil":                                 metaErr(operators.ConcatMap[int, int](nil)),
		"SwitchMap: function must not be nil":                                 metaErr(operators.SwitchMap[int, int](nil)),
		"ExhaustMap: function must not be nil":                                metaErr(operators.ExhaustMap[int, int](nil)),
		"MergeMap: function must not be nil":                                  metaErr(operators.MergeMap[int, int](1, nil)),
		"MergeMap: breadth must be at least 1, is 0":                          metaErr(operators.MergeMap(0, copies)),
		"MergeMap: option Workers is not one that MergeMap takes":             metaErr(operators.MergeMap(1, copies, stage.Workers(2))),
		"FlatMapSeq: function must not be nil":                                metaErr(operators.FlatMapSeq[int]((func(int) iter.Seq[int])(nil))),
		"Scan: function must not be nil":                                      metaErr(operators.Scan[int](0, nil)),
		"TakeWhile: function must not be nil":                                 metaErr(operators.TakeWhile[int](nil)),
		"TakeUntil: function must not be nil":                                 metaErr(operators.TakeUntil[int](nil)),
		"SkipWhile: function must not be nil":                                 metaErr(operators.SkipWhile[int](nil)),
		"DistinctBy: function must not be nil":                                metaErr(operators.DistinctBy[int, int](nil, 3)),
		"Peek: function must not be nil":                                      metaErr(operators.Peek[int](nil)),
		"Recover: function must not be nil":                                   metaErr(operators.Recover[int](nil)),
		"Take: number of elements must not be negative, is -1":                metaErr(operators.Take[int](-1)),
		"Skip: number of elements must not be negative, is -1":                metaErr(operators.Skip[int](-1)),
		"Distinct: capacity must be at least 1, is 0":                         metaErr(operators.Distinct[int](0)),
		"DistinctBy: capacity must be at least 1, is -2":                      metaErr(operators.DistinctBy(keep, -2)),
		"Batch: batch size must be at least 1, is 0":                          metaErr(operators.Batch[int](0, 0)),
		"Batch: time must not be negative, is -1ns":                           metaErr(operators.Batch[int](1, -1)),
		"Sliding: window size must be at least 1, is 0":                       metaErr(operators.Sliding[int](0, 1)),
		"Sliding: step must be at least 1, is 0":                              metaErr(operators.Sliding[int](1, 0)),
		"BatchWeighted: weight of a batch must be at least 1, is 0":           metaErr(operators.BatchWeighted(0, 0, func(int) int64 { return 1 })),
		"BatchWeighted: time must not be negative, is -1ns":                   metaErr(operators.BatchWeighted(1, -1, func(int) int64 { return 1 })),
		"BatchWeighted: weight function must not be nil":                      metaErr(operators.BatchWeighted[int](1, 0, nil)),
		"BatchWeighted: option Capacity: must be at least 1, is 0":            metaErr(operators.BatchWeighted(1, 0, func(int) int64 { return 1 }, stage.Capacity(0))),
		"SplitWhen: function must not be nil":                                 metaErr(operators.SplitWhen[int](nil, 1)),
		"SplitWhen: slice size must be at least 1, is 0":                      metaErr(operators.SplitWhen(keep, 0)),
		"SplitAfter: function must not be nil":                                metaErr(operators.SplitAfter[int](nil, 1)),
		"SplitAfter: slice size must be at least 1, is -1":                    metaErr(operators.SplitAfter(keep, -1)),
		"SplitAfter: option Capacity is not one that SplitAfter takes":        metaErr(operators.SplitAfter(keep, 1, stage.Capacity(3))),
		"ChunkBy: key function must not be nil":                               metaErr(operators.ChunkBy[int, int](nil, 1)),
		"ChunkBy: slice size must be at least 1, is 0":                        metaErr(operators.ChunkBy(keep, 0)),
		"TimeWindow: time must be positive, is 0s":                            metaErr(operators.TimeWindow[int](0, 1)),
		"TimeWindow: window size must be at least 1, is 0":                    metaErr(operators.TimeWindow[int](1, 0)),
		"SessionWindow: gap must be positive, is 0s":                          metaErr(operators.SessionWindow[int](0, 1)),
		"SessionWindow: window size must be at least 1, is 0":                 metaErr(operators.SessionWindow[int](1, 0)),
		"SlidingTime: size must be positive, is 0s":                           metaErr(operators.SlidingTime[int](0, 1, 1)),
		"SlidingTime: step must be positive, is 0s":                           metaErr(operators.SlidingTime[int](1, 0, 1)),
		"SlidingTime: number of elements must be at least 1, is 0":            metaErr(operators.SlidingTime[int](1, 1, 0)),
		"Async: capacity must be at least 1, is 0":                            metaErr(operators.Async[int](0)),
		"Buffer: capacity must be at least 1, is 0":                           metaErr(operators.Buffer[int](0, demand.Block)),
		"Buffer: unknown overflow strategy 0":                                 metaErr(operators.Buffer[int](1, 0)),
		"Buffer: unknown overflow strategy 99":                                metaErr(operators.BufferWith(demand.BufferConfig[int]{Capacity: 1, Overflow: 99})),
		"Throttle: number of elements must be at least 1, is 0":               metaErr(operators.Throttle[int](0, 1)),
		"Throttle: time must be positive, is 0s":                              metaErr(operators.Throttle[int](1, 0)),
		"Throttle: a rate of 3 elements in 2ns is more than one a nanosecond": metaErr(operators.Throttle[int](3, 2)),
		"Timeout: time must be positive, is 0s":                               metaErr(operators.Timeout[int](0)),
		"Map: option Unordered needs Workers":                                 metaErr(operators.MapErr(func(int) (int, error) { return 0, nil }, stage.Unordered())),
		"Filter: option Workers is not one that Filter takes":                 metaErr(operators.Filter(keep, stage.Workers(2))),
		"FlatMap: option OnError is not one that FlatMap takes":               metaErr(operators.FlatMap(func(int) []int { return nil }, stage.OnError(stage.Skip()))),
		"Unbatch: option Window is not one that Unbatch takes":                metaErr(operators.Unbatch[int](stage.Window(1, 2))),
		"MapErr: option OnError: the dead-letter sink is nil":                 metaErr(operators.MapErr(func(int) (int, error) { return 0, nil }, stage.OnError(stage.DeadLetter(nil)))),
	} {
		_, message, _ := strings.Cut(want, ": ")
		if err == nil || err.Error() != message {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// Every operator takes a name, which replaces what it is.
func TestNames(t *testing.T) {
	f := func(v int) bool { return true }
	named := stage.Name("mine")
	for _, m := range []stage.Meta{
		operators.Map(f, named).Meta(), operators.Filter(f, named).Meta(), operators.FilterMap(func(v int) (int, bool) { return v, true }, named).Meta(),
		operators.FlatMap(func(int) []int { return nil }, named).Meta(), operators.FlatMapSeq(func(int) iter.Seq[int] { return nil }, named).Meta(),
		operators.Scan(0, func(a, v int) int { return a }, named).Meta(), operators.Take[int](1, named).Meta(), operators.TakeWhile(f, named).Meta(),
		operators.TakeUntil(f, named).Meta(), operators.Skip[int](1, named).Meta(), operators.SkipWhile(f, named).Meta(), operators.Distinct[int](1, named).Meta(),
		operators.DistinctBy(f, 1, named).Meta(), operators.Batch[int](1, 0, named).Meta(), operators.Unbatch[int](named).Meta(), operators.Sliding[int](1, 1, named).Meta(),
		operators.BatchWeighted(1, 0, func(int) int64 { return 1 }, named).Meta(), operators.SplitWhen(f, 1, named).Meta(), operators.SplitAfter(f, 1, named).Meta(),
		operators.ChunkBy(f, 1, named).Meta(), operators.TimeWindow[int](1, 1, named).Meta(), operators.SessionWindow[int](1, 1, named).Meta(), operators.SlidingTime[int](1, 1, 1, named).Meta(),
		operators.Peek(func(int) {}, named).Meta(), operators.Async[int](1, named).Meta(), operators.Buffer[int](1, demand.Block, named).Meta(),
		operators.Throttle[int](1, 1, named).Meta(), operators.Timeout[int](1, named).Meta(), operators.Recover(func(error) (int, bool) { return 0, false }, named).Meta(),
	} {
		if m.Title() != "mine" || m.Err != nil || m.Kind == "" {
			t.Errorf("%+v", m)
		}
	}
}
