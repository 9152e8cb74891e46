package operators_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
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

// steps yields n elements: 10v, 10v + 1 and so on; without end if n is negative.
func steps(n int) func(int) iter.Seq[int] {
	return func(v int) iter.Seq[int] {
		return func(yield func(int) bool) {
			for i := 0; i != n; i++ {
				if !yield(10*v + i) {
					return
				}
			}
		}
	}
}

// Elements come at 1, 50, 51 and 100 ms; each takes 20 ms below.
func TestExpand(t *testing.T) {
	for name, c := range map[string]struct {
		op   stage.Stage[int, int]
		want string
	}{
		"without end":  {operators.Expand(steps(-1)), "[0@1ms 1@21ms 2@41ms 10@61ms 20@81ms 30@101ms]"},
		"of two":       {operators.Expand(steps(2)), "[0@1ms 1@21ms 10@50ms 20@70ms 21@90ms 30@110ms]"},
		"of one":       {operators.Expand(steps(1)), "[0@1ms 10@50ms 20@70ms 30@100ms]"},
		"of none":      {operators.Expand(steps(0)), "[]"},
		"nil":          {operators.Expand(func(int) iter.Seq[int] { return nil }), "[]"},
		"itself first": {operators.Extrapolate(steps(-1)), "[0@1ms 0@21ms 1@41ms 1@61ms 2@81ms 3@101ms]"},
		"itself alone": {operators.Extrapolate(func(int) iter.Seq[int] { return nil }), "[0@1ms 1@50ms 2@70ms 3@100ms]"},
		"from":         {operators.ExtrapolateFrom(7, steps(-1)), "[7@0s 70@20ms 71@40ms 0@60ms 1@80ms 2@100ms 3@120ms]"},
		"from, alone":  {operators.ExtrapolateFrom(7, steps(0)), "[7@0s 0@20ms 1@50ms 2@70ms 3@100ms]"},
	} {
		for _, window := range []int{1, 256} {
			for _, end := range []error{demand.ErrCompleted, errSource} {
				t.Run(fmt.Sprint(name, window, end), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						at := []time.Duration{ms, 50 * ms, 51 * ms, 100 * ms}
						if name == "from" {
							at[0] = 45 * ms
						}
						var got []moment
						r := startSlow(t, t.Context(), timeline(end, at...).Via(c.op), 20*ms, window, &got)
						err := r.Wait()
						if end == demand.ErrCompleted && err != nil || end == errSource && !errors.Is(err, errSource) || fmt.Sprint(got) != c.want {
							t.Errorf("got %v, want %s, error %v", got, c.want, err)
						}
					})
				})
			}
		}
	}
}

// A throttle asks for what it may pass on, and gets elements as they are then.
func TestExpandIsPaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		count := func(v int) iter.Seq[int] {
			return func(yield func(int) bool) {
				for made++; yield(v); made++ {
				}
			}
		}
		f := timeline(nil, ms, 55*ms).Via(operators.Expand(count)).Via(operators.Throttle[int](1, 10*ms)).Via(operators.Take[int](10))
		got, err := watch(t, f, 0)
		if err != nil || len(got) != 10 || got[5].what != "0" || got[6].what != "1" || got[9].at != 91*ms {
			t.Errorf("got %v, error %v", got, err)
		}
		if made > 11 {
			t.Errorf("%d elements were made for 10", made)
		}
	})
}

// The first of each sequence carries the read of its element, which is done when
// that is written; the others carry none. All elements are expanded once at least,
// whatever the window.
func TestExpandSettles(t *testing.T) {
	for _, procs := range []int{1, 2, 8} {
		for _, window := range []int{1, 256} {
			for _, n := range []int{1, 3, -1} {
				t.Run(fmt.Sprint(procs, window, n), func(t *testing.T) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
					var l ledger
					got, err := collect(t, l.tracked(upTo(500), 7, demand.ErrCompleted).Via(operators.Expand(steps(n))), window)
					if err != nil {
						t.Fatal(err)
					}
					next := 0
					for _, a := range got {
						var v int
						fmt.Sscan(a.text, &v)
						switch {
						case a.record == int64(next)+1 && v == 10*next:
							next++
						case a.record != 0 || n == 1 || v < 10*(next-1):
							t.Fatalf("after element %d came %v", next-1, a)
						}
					}
					if next != 500 {
						t.Errorf("%d of 500 elements came", next)
					}
					l.check(t, 500)
				})
			}
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var l ledger
		never := timeline(nil)
		f := flow.Concat(l.tracked(upTo(3), 1, demand.ErrCompleted), never).Via(operators.Expand(steps(-1)))
		ctx, cancel := context.WithCancelCause(t.Context())
		var got []moment
		r := startSlow(t, ctx, f, 10*ms, 1, &got)
		time.Sleep(35 * ms)
		// The last element is shown on and on; its read is done all the same.
		l.check(t, 3)
		cancel(errChain)
		if err := r.Wait(); !errors.Is(err, errChain) {
			t.Error(err)
		}
	})
}

// The sequence is told when it is left: by a new element, at the end, and when the
// stream is cut off.
func TestExpandEndsItsSequences(t *testing.T) {
	for name, cut := range map[string]int{"left": 1000, "cut off": 7} {
		synctest.Test(t, func(t *testing.T) {
			begun, ended := 0, 0
			seq := func(v int) iter.Seq[int] {
				return func(yield func(int) bool) {
					begun++
					defer func() { ended++ }()
					for yield(v) {
					}
				}
			}
			f := timeline(demand.ErrCompleted, from(ms, 50*ms, 5)...).Via(operators.Expand(seq)).Via(operators.Take[int](cut))
			if _, err := watch(t, f, 20*ms); err != nil || begun != ended || begun == 0 || begun > 5 {
				t.Errorf("%s: %d begun, %d ended, error %v", name, begun, ended, err)
			}
		})
	}
}

func TestPanicsOfExpand(t *testing.T) {
	boom := errors.New("boom")
	for name, fn := range map[string]func(int) iter.Seq[int]{
		"function": func(int) iter.Seq[int] { panic(boom) },
		"sequence": func(v int) iter.Seq[int] { return func(func(int) bool) { panic(boom) } },
		"later": func(v int) iter.Seq[int] {
			return func(yield func(int) bool) {
				yield(v)
				panic(boom)
			}
		},
		"left": func(v int) iter.Seq[int] {
			return func(yield func(int) bool) {
				defer func() { panic(boom) }()
				for yield(v) {
				}
			}
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var l ledger
			paced := l.tracked(upTo(100), 1, demand.ErrCompleted).Via(operators.Throttle[int](1, 50*ms))
			_, err := watch(t, paced.Via(operators.Expand(fn)), 20*ms)
			var panicked *stage.PanicError
			if !errors.As(err, &panicked) || panicked.Stage != "expand" || !errors.Is(err, boom) {
				t.Errorf("%s: got error %v", name, err)
			}
			l.once(t, 2)
		})
	}
}

// Upstream is not read ahead of what downstream takes, and may wait in a call of
// user code while downstream is answered.
func TestExpandHoldsUpstreamBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var read atomic.Int64
		slow := operators.Peek(func(v int) {
			if read.Add(1); v == 2 {
				time.Sleep(200 * ms)
			}
		})
		taken := 0
		f := flow.From(source.Range(0, 6)).Via(slow).Via(operators.Expand(steps(-1))).Via(operators.Peek(func(int) {
			// One is in the stage, one in the link, one waits for room.
			if taken++; read.Load() > int64(taken)+2 {
				t.Errorf("%d were read when %d had been taken", read.Load(), taken)
			}
		}))
		got, err := watch(t, f, 30*ms)
		if err != nil || len(got) < 11 || got[5].what[:1] != "1" {
			t.Errorf("got %v, error %v", got, err)
		}
	})
}

// A caller that asks without waiting gets what is there, and is woken.
func TestExpandBelowOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := timeline(demand.ErrCompleted, ms, 200*ms).Via(operators.Expand(steps(2)))
		g := timeline(demand.ErrCompleted, 100*ms).Via(operators.Extrapolate(steps(1)))
		got, err := watch(t, flow.Merge(f, g), 0)
		// Whether one is derived of the last element depends on when the end is seen.
		got = slices.DeleteFunc(slices.Compact(got), func(m moment) bool { return m.what == "11" })
		if err != nil {
			t.Error(err)
		}
		wantMoments(t, got, moment{ms, "0"}, moment{ms, "1"}, moment{100 * ms, "0"}, moment{200 * ms, "10"})
	})
	synctest.Test(t, func(t *testing.T) {
		f := timeline(demand.ErrCompleted, ms, 200*ms).Via(operators.Expand(steps(2))).Via(operators.Gate[int](new(operators.Valve)))
		got, err := watch(t, flow.Via(f, operators.Batch[int](10, 30*ms)), 0)
		if err != nil || len(got) != 2 || got[0] != (moment{31 * ms, "[0 1]"}) {
			t.Errorf("got %v, error %v", got, err)
		}
	})
}

func TestRulesOfExpand(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for name, make := range map[string]func() stage.Stage[int, int]{
		"Expand": func() stage.Stage[int, int] {
			return operators.Expand(func(v int) iter.Seq[int] { return slices.Values([]int{v}) })
		},
		"Extrapolate": func() stage.Stage[int, int] { return operators.Extrapolate(func(int) iter.Seq[int] { return nil }) },
	} {
		t.Run(name, func(t *testing.T) { stagetest.Rules(t, make, samples, stagetest.Want(samples...)) })
	}
	t.Run("ExtrapolateFrom", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return operators.ExtrapolateFrom(77, func(int) iter.Seq[int] { return nil })
		}, samples, stagetest.Want(append([]int{77}, samples...)...), stagetest.ReleasesEarly())
	})
	// What is derived depends on time.
	t.Run("with derived ones", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return operators.Expand(func(v int) iter.Seq[int] { return slices.Values([]int{v, v}) })
		},
			samples, stagetest.By(func(outs []int) any { return slices.Compact(slices.Clone(outs)) }), stagetest.ReleasesEarly())
	})
}

func TestExpandIsNotTakenForStalled(t *testing.T) {
	for _, procs := range []int{1, 2, 8} {
		func() {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			for range 100 {
				f := flow.From(source.Range(0, 20)).Via(operators.Expand(steps(2))).Via(operators.Async[int](1)).Via(operators.Extrapolate(steps(1)))
				if got, err := flow.Collect(t.Context(), flow.Via(f, operators.BatchWhileBusy[int](2))); err != nil || len(got) == 0 {
					t.Fatalf("got %v, error %v", got, err)
				}
			}
		}()
	}
	two := flow.Broadcast(flow.From(source.Range(0, 10_000)), 2, stage.Capacity(64))
	a := two[0].Via(operators.Expand(steps(1)))
	b := flow.Via(flow.Via(two[1], operators.Batch[int](500, 0)), operators.Unbatch[int]())
	if _, err := flow.Collect(t.Context(), flow.Zip(a, b)); !errors.Is(err, flow.ErrStalled) {
		t.Errorf("got error %v, want a stall", err)
	}
}
