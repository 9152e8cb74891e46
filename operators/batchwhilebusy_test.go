package operators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// Elements come every 10 ms from 1 ms on; a batch takes 36 ms.
func TestBatchWhileBusy(t *testing.T) {
	for _, window := range []int{1, 256} {
		for want, max := range map[string]int{
			"[[0]@1ms [1 2 3]@37ms [4 5 6 7]@73ms [8 9]@109ms]":                                                 9,
			"[[0]@1ms [1 2]@37ms [3 4]@73ms [5 6]@109ms [7 8]@145ms [9]@181ms]":                                 2,
			"[[0]@1ms [1]@37ms [2]@73ms [3]@109ms [4]@145ms [5]@181ms [6]@217ms [7]@253ms [8]@289ms [9]@325ms]": 1,
		} {
			synctest.Test(t, func(t *testing.T) {
				f := flow.Via(timeline(demand.ErrCompleted, from(ms, 10*ms, 10)...), operators.BatchWhileBusy[int](max, stage.Window(1, window)))
				var got []moment
				r := startSlow(t, t.Context(), f, 36*ms, window, &got)
				if err := r.Wait(); err != nil || fmt.Sprint(got) != want {
					t.Errorf("max %d: got %v, want %s, error %v", max, got, want, err)
				}
				if s, _ := r.Snapshot().Stage("batchwhilebusy"); s.In != 10 || s.Out != int64(len(got)) {
					t.Errorf("max %d: in %d, out %d", max, s.In, s.Out)
				}
			})
		}
	}
}

// What is held comes before the error, and downstream that waits gets the first at
// once.
func TestBatchWhileBusyFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flow.Via(timeline(errSource, ms, 2*ms, 3*ms, time.Second, time.Second+ms), operators.BatchWhileBusy[int](10))
		got, err := watch(t, f, 36*ms)
		if want := "[[0]@1ms [1 2]@37ms [3]@1s [4]@1.036s]"; !errors.Is(err, errSource) || fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s, error %v", got, want, err)
		}
	})
}

// Upstream waits when max elements are held.
func TestBatchWhileBusyHoldsBack(t *testing.T) {
	for _, max := range []int{1, 5, 100} {
		synctest.Test(t, func(t *testing.T) {
			var read atomic.Int64
			src := flow.From(source.Range(0, 10_000)).Via(operators.Peek(func(int) { read.Add(1) }))
			var got []moment
			r := startSlow(t, t.Context(), flow.Via(src, operators.BatchWhileBusy[int](max)), time.Hour, 1, &got)
			if time.Sleep(time.Minute); read.Load() > int64(2*max) || read.Load() < int64(max) {
				t.Errorf("max %d: %d were read while downstream had one batch", max, read.Load())
			}
			r.Stop(errChain)
			if err := r.Wait(); !errors.Is(err, errChain) {
				t.Error(err)
			}
		})
	}
}

func TestBatchWhileBusySettles(t *testing.T) {
	for _, procs := range []int{1, 2, 8} {
		for _, max := range []int{1, 7, 300} {
			for _, window := range []int{1, 256} {
				t.Run(fmt.Sprint(procs, max, window), func(t *testing.T) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
					var l ledger
					batches := flow.Via(l.tracked(upTo(3000), 3, demand.ErrCompleted), operators.BatchWhileBusy[int](max))
					checked := batches.Via(operators.Peek(func(b []int) {
						if len(b) == 0 || len(b) > max {
							t.Errorf("a batch of %d", len(b))
						}
					}))
					got, err := collect(t, flow.Via(checked, operators.Unbatch[int]()), window)
					if err != nil || len(got) != 3000 || !slices.IsSortedFunc(got, func(a, b arrival) int { return len(a.text) - len(b.text) }) {
						t.Errorf("%d elements, error %v", len(got), err)
					}
					l.check(t, 3000)
				})
			}
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var l ledger
		ctx, cancel := context.WithCancelCause(t.Context())
		paced := l.tracked(upTo(1000), 3, demand.ErrCompleted).Via(operators.Throttle[int](1, ms))
		var got []moment
		r := startSlow(t, ctx, flow.Via(paced, operators.BatchWhileBusy[int](20)), 10*ms, 1, &got)
		time.Sleep(101 * ms)
		cancel(errChain)
		if err := r.Wait(); !errors.Is(err, errChain) {
			t.Error(err)
		}
		l.once(t, 101)
		done := 0
		for _, r := range l.reads {
			if r.outcome == demand.Done {
				done = r.to
			}
		}
		if done < 80 {
			t.Errorf("only %d elements were handled", done)
		}
	})
}

func TestRulesOfBatchWhileBusy(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for _, max := range []int{1, 3, 1000} {
		stagetest.Rules(t, func() stage.Stage[int, []int] { return operators.BatchWhileBusy[int](max) }, samples,
			stagetest.By(func(outs [][]int) any { return slices.Concat(outs...) }))
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return stage.Compose(operators.BatchWhileBusy[int](max), operators.Unbatch[int]())
		}, samples, stagetest.Want(samples...))
	}
}

// It holds nothing back that the branches of a diamond need, and a stall below it
// is still seen.
func TestBatchWhileBusyAndStalls(t *testing.T) {
	two := flow.Broadcast(flow.From(source.Range(0, 10_000)), 2, stage.Capacity(64))
	busy := flow.Via(flow.Via(two[0], operators.BatchWhileBusy[int](16)), operators.Unbatch[int]())
	long := flow.Via(flow.Via(two[1], operators.Batch[int](60, 0)), operators.Unbatch[int]())
	got, err := flow.Collect(t.Context(), flow.Zip(busy, long))
	if err != nil || len(got) != 10_000 {
		t.Errorf("%d pairs, error %v", len(got), err)
	}
	two = flow.Broadcast(flow.From(source.Range(0, 10_000)), 2, stage.Capacity(64))
	busy = flow.Via(flow.Via(two[0], operators.BatchWhileBusy[int](16)), operators.Unbatch[int]())
	long = flow.Via(flow.Via(two[1], operators.Batch[int](500, 0)), operators.Unbatch[int]())
	if _, err := flow.Collect(t.Context(), flow.Zip(busy, long)); !errors.Is(err, flow.ErrStalled) {
		t.Errorf("got error %v, want a stall", err)
	}
}
