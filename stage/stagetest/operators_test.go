package stagetest_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

var samples = []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}

// The library's own stages keep the rules, and the kit finds nothing wrong with
// stages of many kinds.
func TestOperatorsKeepTheRules(t *testing.T) {
	double := func(v int) int { return 2 * v }
	even := func(v int) bool { return v%2 == 0 }
	tryDouble := func(_ context.Context, v int) (int, error) { return 2 * v, nil }
	evens := []int{0, 2, 4, 8, 12, 6, 10}

	one(t, "Map", func() stage.Stage[int, int] { return operators.Map(double) }, stagetest.Want(mapped(double)...))
	one(t, "MapErr", func() stage.Stage[int, int] {
		return operators.MapErr(func(v int) (int, error) { return 2 * v, nil })
	}, stagetest.Want(mapped(double)...))
	one(t, "MapContext, workers", func() stage.Stage[int, int] { return operators.MapContext(tryDouble, stage.Workers(3)) }, stagetest.Want(mapped(double)...))
	one(t, "MapContext, unordered", func() stage.Stage[int, int] {
		return operators.MapContext(tryDouble, stage.Workers(3), stage.Unordered())
	}, stagetest.Want(mapped(double)...), stagetest.Unordered())
	one(t, "Filter", func() stage.Stage[int, int] { return operators.Filter(even) }, stagetest.Want(evens...))
	one(t, "FilterMap", func() stage.Stage[int, int] {
		return operators.FilterMap(func(v int) (int, bool) { return v, even(v) })
	}, stagetest.Want(evens...))
	one(t, "Take", func() stage.Stage[int, int] { return operators.Take[int](4) }, stagetest.Want(0, 3, 5, 2))
	one(t, "Take none", func() stage.Stage[int, int] { return operators.Take[int](0) }, stagetest.Want[int]())
	one(t, "TakeWhile", func() stage.Stage[int, int] { return operators.TakeWhile(func(v int) bool { return v != 9 }) }, stagetest.Want(0, 3, 5, 2))
	one(t, "TakeUntil", func() stage.Stage[int, int] { return operators.TakeUntil(func(v int) bool { return v == 9 }) }, stagetest.Want(0, 3, 5, 2, 9))
	one(t, "Skip", func() stage.Stage[int, int] { return operators.Skip[int](9) }, stagetest.Want(12, 6, 10))
	one(t, "SkipWhile", func() stage.Stage[int, int] { return operators.SkipWhile(func(v int) bool { return v != 12 }) }, stagetest.Want(12, 6, 10))
	one(t, "DistinctBy", func() stage.Stage[int, int] { return operators.DistinctBy(func(v int) int { return v / 2 }, 100) }, stagetest.Want(0, 3, 5, 9, 7, 12, 10))
	one(t, "Distinct", func() stage.Stage[int, int] {
		return stage.Compose(operators.Map(func(v int) int { return v / 2 }), operators.Distinct[int](100))
	}, stagetest.Want(0, 1, 2, 4, 3, 6, 5))
	one(t, "FlatMap", func() stage.Stage[int, int] {
		return operators.FlatMap(func(v int) []int { return slices.Repeat([]int{v}, v%3) })
	})
	one(t, "FlatMapSeq", func() stage.Stage[int, int] {
		return operators.FlatMapSeq(func(v int) iter.Seq[int] { return slices.Values(slices.Repeat([]int{v}, v%3)) })
	})
	one(t, "Scan", func() stage.Stage[int, int] {
		return operators.Scan(0, func(a, v int) int { return a + v })
	}, stagetest.Want(0, 3, 8, 10, 19, 23, 30, 38, 39, 51, 57, 67))
	one(t, "Peek", func() stage.Stage[int, int] { return operators.Peek(func(int) {}) }, stagetest.Want(samples...))
	one(t, "Async", func() stage.Stage[int, int] { return operators.Async[int](3) }, stagetest.Want(samples...))
	one(t, "Buffer", func() stage.Stage[int, int] { return operators.Buffer[int](3, demand.Block) }, stagetest.Want(samples...))
	one(t, "BufferWith", func() stage.Stage[int, int] {
		return operators.BufferWith(demand.BufferConfig[int]{Capacity: 3, Overflow: demand.Block, Priority: func(v int) int { return v % 3 }})
	}, stagetest.Want(samples...), stagetest.Unordered())
	one(t, "Throttle", func() stage.Stage[int, int] { return operators.Throttle[int](3, time.Second) }, stagetest.Want(samples...))
	one(t, "Timeout", func() stage.Stage[int, int] { return operators.Timeout[int](time.Minute) }, stagetest.Want(samples...))
	one(t, "composed", func() stage.Stage[int, int] {
		return stage.Compose(stage.Compose(operators.Map(double), operators.Async[int](2)), operators.Take[int](5))
	}, stagetest.Want(0, 6, 10, 4, 18))

	one(t, "Batch", func() stage.Stage[int, []int] { return operators.Batch[int](5, 0) },
		stagetest.Want([]int{0, 3, 5, 2, 9}, []int{4, 7, 8, 1, 12}, []int{6, 10}))
	one(t, "Batch with time", func() stage.Stage[int, []int] { return operators.Batch[int](5, 7*time.Millisecond) },
		stagetest.By(func(batches [][]int) any { return slices.Concat(batches...) }))
	one(t, "Sliding", func() stage.Stage[int, []int] { return operators.Sliding[int](4, 3) })
}

// one runs the rules for a stage of ints.
func one[Out any](t *testing.T, name string, make func() stage.Stage[int, Out], opts ...stagetest.Option) {
	t.Run(name, func(t *testing.T) { stagetest.Rules(t, make, samples, opts...) })
}

func mapped(f func(int) int) (out []int) {
	for _, v := range samples {
		out = append(out, f(v))
	}
	return out
}
