package main

import (
	"context"
	"iter"
	"log/slog"
	"slices"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

const (
	never  = 1 << 60 // elements
	far    = time.Hour
	aBatch = "a new slice for each batch"
	aSlice = "a new slice for each window"
	anIter = "a coroutine for each sequence"
)

func even(v int) bool   { return v&1 == 0 }
func always(int) bool   { return true }
func nothing(int) bool  { return false }
func add(a, v int) int  { return a + v }
func quarter(v int) int { return v >> 2 }

func aHundred(v int) stage.Source[int] { return source.Range(v, v+100) }

func sixteenth(v int) int { return v & 15 }

// operatorRows are those of package operators, in the order of the reference.
func operatorRows() []row {
	four := make([]int, 4)
	seq := slices.Values(four)
	once, none := slices.Values(four[:1]), slices.Values(four[:0])
	return []row{
		op("Map", "v + 1", operators.Map(func(v int) int { return v + 1 })),
		op("MapErr", "v + 1", operators.MapErr(func(v int) (int, error) { return v + 1, nil })),
		op("MapContext", "v + 1", operators.MapContext(func(_ context.Context, v int) (int, error) { return v + 1, nil })),
		op("MapContext", "v + 1, Workers(2)", operators.MapContext(func(_ context.Context, v int) (int, error) { return v + 1, nil }, stage.Workers(2))),
		op("MapKeyed", "16 keys, v + 1, Workers(2)", operators.MapKeyed(sixteenth, func(_ context.Context, v int) (int, error) { return v + 1, nil }, stage.Workers(2))),
		op("ConcatMap", "sources of 100, by source", operators.ConcatMap(aHundred)).allocates("what the source of each element takes"),
		op("MergeMap", "4 at once, sources of 100, by source", operators.MergeMap(4, aHundred)).allocates("what the source of each element takes"),
		op("SwitchMap", "most are superseded", operators.SwitchMap(aHundred)),
		op("ExhaustMap", "most are dropped", operators.ExhaustMap(aHundred)),
		op("Scan", "sum", operators.Scan(0, add)),
		op("FlatMap", "4 for each", operators.FlatMap(func(int) []int { return four })),
		op("FlatMapSeq", "4 for each", operators.FlatMapSeq(func(int) iter.Seq[int] { return seq })).allocates(anIter),
		op("FlatMapErr", "4 for each", operators.FlatMapErr(func(int) ([]int, error) { return four, nil })),
		opOf("Unbatch", "slices of 4", func(n int) [][]int { return slices.Repeat([][]int{four}, n) }, operators.Unbatch[int]()),
		op("StatefulMap", "sum, 1 for each", operators.StatefulMap(func() int { return 0 },
			func(a, v int) (int, []int) { return a + v, four[:1] }, func(int) []int { return nil })),
		op("Fold", "sum", operators.Fold(0, add)),
		op("Reduce", "sum", operators.Reduce(add)),
		op("Pairwise", "", operators.Pairwise[int]()),
		op("WithIndex", "", operators.WithIndex[int]()),
		op("Materialize", "", operators.Materialize[int]()),
		opOf("Dematerialize", "", func(n int) []operators.Event[int] { return make([]operators.Event[int], n) }, operators.Dematerialize[int]()),

		op("Filter", "half of them", operators.Filter(even)),
		op("FilterMap", "half of them", operators.FilterMap(func(v int) (int, bool) { return v + 1, even(v) })),
		op("FilterMapErr", "half of them", operators.FilterMapErr(func(v int) (int, bool, error) { return v + 1, even(v), nil })),
		op("Take", "all", operators.Take[int](never)),
		op("TakeWhile", "all", operators.TakeWhile(always)),
		op("TakeUntil", "all", operators.TakeUntil(nothing)),
		op("Skip", "1", operators.Skip[int](1)),
		op("SkipWhile", "the first", operators.SkipWhile(func(v int) bool { return v == 0 })),
		op("Distinct", "all differ, 1000 remembered", operators.Distinct[int](1000)),
		op("DistinctBy", "4 of a key, 1000 remembered", operators.DistinctBy(quarter, 1000)),
		op("DistinctUntilChanged", "all differ", operators.DistinctUntilChanged[int]()),
		op("DistinctUntilChangedBy", "4 of a key", operators.DistinctUntilChangedBy(quarter)),
		unmeasured("First", "it takes one element, and costs what a run does"),
		op("Last", "", operators.Last[int]()),
		opN("ElementAt", "the last one", func(n int) stage.Stage[int, int] { return operators.ElementAt[int](n - 1) }),
		op("TakeLast", "1000", operators.TakeLast[int](1000)),
		op("SkipLast", "1000", operators.SkipLast[int](1000)),
		op("EveryNth", "10", operators.EveryNth[int](10)),
		op("SampleShare", "0.1", operators.SampleShare[int](0.1, 1)),
		op("IgnoreElements", "", operators.IgnoreElements[int]()),
		op("SkipUntil", "the second", operators.SkipUntil(func(v int) bool { return v == 1 })),
		op("Dedupe", "4 of a key, 1 h, 1000 remembered", operators.Dedupe(far, 1000, quarter)),

		op("Batch", "100", operators.Batch[int](100, 0)).allocates(aBatch),
		op("Batch", "100, 1 h", operators.Batch[int](100, far)).allocates(aBatch),
		op("Sliding", "10, 1", operators.Sliding[int](10, 1)).allocates(aSlice),
		op("BatchWeighted", "100, a weight of 1", operators.BatchWeighted(100, 0, func(int) int64 { return 1 })).allocates(aBatch),
		op("SplitWhen", "every 16th", operators.SplitWhen(func(v int) bool { return v&15 == 0 }, 1000)).allocates(aBatch),
		op("SplitAfter", "every 16th", operators.SplitAfter(func(v int) bool { return v&15 == 15 }, 1000)).allocates(aBatch),
		op("ChunkBy", "4 of a key", operators.ChunkBy(quarter, 1000)).allocates(aBatch),
		op("TimeWindow", "1 h, at most 100", operators.TimeWindow[int](far, 100)).allocates(aSlice),
		op("SlidingTime", "1 h, 1 min, at most 100", operators.SlidingTime[int](far, time.Minute, 100)).allocates(aSlice),
		op("SessionWindow", "1 h, at most 100", operators.SessionWindow[int](far, 100)).allocates(aSlice),

		op("Throttle", "10⁹ each second", operators.Throttle[int](1_000_000_000, time.Second)),
		op("ThrottleWith", "10⁹ each second, a cost", operators.ThrottleWith(operators.ThrottleConfig[int]{Rate: 1_000_000_000, Per: time.Second, Cost: func(int) int { return 1 }})),
		op("Timeout", "1 h", operators.Timeout[int](far)),
		op("InitialTimeout", "1 h", operators.InitialTimeout[int](far)),
		op("IdleTimeout", "1 h", operators.IdleTimeout[int](far)),
		op("CompletionTimeout", "1 h", operators.CompletionTimeout[int](far)),
		op("Delay", "1 ns, 1024", operators.Delay[int](time.Nanosecond, 1024)),
		op("InitialDelay", "1 ns", operators.InitialDelay[int](time.Nanosecond)),
		op("Debounce", "1 h, only the last passes", operators.Debounce[int](far)),
		op("SampleTime", "1 h, only the last passes", operators.SampleTime[int](far)),
		op("Audit", "1 h, only the last passes", operators.Audit[int](far)),
		op("TakeFor", "1 h", operators.TakeFor[int](far)),
		op("SkipFor", "1 ns", operators.SkipFor[int](time.Nanosecond)),
		op("Timestamp", "", operators.Timestamp[int]()),
		op("TimeInterval", "", operators.TimeInterval[int]()),
		op("BackpressureTimeout", "1 h", operators.BackpressureTimeout[int](far)),
		op("KeepAlive", "1 h", operators.KeepAlive(far, func() int { return 0 })),

		op("Async", "256", operators.Async[int](256)),
		op("Buffer", "256, Block", operators.Buffer[int](256, demand.Block)),
		op("BufferWith", "256, Block, a priority", operators.BufferWith(demand.BufferConfig[int]{Capacity: 256, Overflow: demand.Block, Priority: sixteenth})).allocates("a queue for each priority, as they come and go"),

		op("LatestWhileBusy", "most are dropped", operators.LatestWhileBusy[int]()),
		op("DropWhileBusy", "most are dropped", operators.DropWhileBusy[int]()),
		op("Conflate", "sum", operators.Conflate(add)),
		op("ConflateWith", "how many", operators.ConflateWith(func(int) int { return 1 }, func(n, _ int) int { return n + 1 })),
		op("BatchWhileBusy", "at most 256", operators.BatchWhileBusy[int](256)).allocates(aBatch),
		op("Expand", "1 for each", operators.Expand(func(int) iter.Seq[int] { return once })).allocates(anIter),
		op("Extrapolate", "by none", operators.Extrapolate(func(int) iter.Seq[int] { return none })).allocates(anIter),
		op("ExtrapolateFrom", "by none", operators.ExtrapolateFrom(0, func(int) iter.Seq[int] { return none })).allocates(anIter),

		op("GroupBy", "16 keys, sum", operators.GroupBy(sixteenth, 16, func(int) stage.Stage[int, int] { return operators.Scan(0, add) })),

		op("Feedback", "4 rounds or less", operators.Feedback(operators.Map(func(v int) int { return v - 1 }), func(v int) (int, bool) { return v, v%4 != 0 }, 256, demand.Fail)),

		op("Recover", "no error comes", operators.Recover(func(error) (int, bool) { return 0, false })),
		op("RecoverWith", "no error comes", operators.RecoverWith(func(error) (stage.Source[int], bool) { return source.Range(0, 0), true })),
		op("OnErrorComplete", "no error comes", operators.OnErrorComplete[int](func(error) bool { return false })),
		op("WrapError", "no error comes", operators.WrapError[int](func(err error) error { return err })),

		op("Peek", "", operators.Peek(func(int) {})),
		op("Monitor", "Elements", operators.Monitor[int](operators.Hooks{Elements: func(int) {}})),
		op("DoOnComplete", "", operators.DoOnComplete[int](func() {})),
		op("DoOnError", "", operators.DoOnError[int](func(error) {})),
		op("DoOnCancel", "", operators.DoOnCancel[int](func(error) {})),
		op("Log", "", operators.Log[int](slog.New(slog.DiscardHandler), slog.LevelInfo)),
		op("Kill", "", operators.Kill[int](new(operators.KillSwitch))),
		op("Gate", "open", operators.Gate[int](new(operators.Valve))),
	}
}
