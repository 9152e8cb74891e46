package operators_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

type throttle = operators.ThrottleConfig[int]

func TestMarblesOfThrottleWith(t *testing.T) {
	cost := func(s string) int { return int(s[0] - '0') }
	shaping := func() stage.Stage[string, string] {
		return operators.ThrottleWith(operators.ThrottleConfig[string]{Rate: 1, Per: time.Millisecond, Burst: 2, Cost: cost})
	}
	// Two are saved up. What costs nothing does not wait, but for those before it;
	// and the end comes right behind the last.
	stagetest.Marbles(t, shaping,
		"(1221)|",
		"12-2(1|)")
	stagetest.Marbles(t, shaping,
		"(202)---0-|",
		"(20)-2-0-|")
	stagetest.Marbles(t, shaping,
		"2----(11)(11)-#",
		"2----(11)11#")
	enforcing := func() stage.Stage[string, string] {
		return operators.ThrottleWith(operators.ThrottleConfig[string]{Rate: 1, Per: 2 * time.Millisecond, Burst: 2, Cost: cost, Mode: operators.Enforcing})
	}
	stagetest.Marbles(t, enforcing,
		"(11)-1-1---2-|",
		"(11)-1-1---2-|")
	stagetest.Marbles(t, enforcing,
		"(11)-1(01)-1|",
		"(11)-1(0#)", stagetest.FailsWith(operators.ErrRateExceeded))
}

// Without a cost function and a burst of its own it is Throttle.
func TestThrottleWithIsThrottle(t *testing.T) {
	for _, window := range []int{1, 2, 7, 256} {
		synctest.Test(t, func(t *testing.T) {
			f := flow.From(source.Range(0, 6)).Via(operators.ThrottleWith(throttle{Rate: 2, Per: 100 * ms}))
			got, err := watch(t, f, 0, stage.Window(window, window))
			if err != nil {
				t.Fatal(err)
			}
			wantMoments(t, got, moment{0, "0"}, moment{0, "1"}, moment{50 * ms, "2"}, moment{100 * ms, "3"}, moment{150 * ms, "4"}, moment{200 * ms, "5"})
		})
	}
}

// The rate is kept in any stretch of time, and no more is waited than it asks for:
// beside a bucket that is filled each millisecond.
func TestThrottleWithKeepsTheRate(t *testing.T) {
	costs := []int{3, 0, 1, 4, 4, 2, 0, 0, 3, 1, 1, 1, 4, 2}
	for _, burst := range []int{4, 5, 9, 100} {
		var want []moment
		bucket, now := burst, 0
		for i, c := range costs {
			for bucket < c {
				bucket, now = min(burst, bucket+1), now+1
			}
			bucket -= c
			want = append(want, moment{time.Duration(now) * ms, fmt.Sprint(i)})
		}
		for _, window := range []int{1, 3, 256} {
			for _, link := range []bool{false, true} {
				synctest.Test(t, func(t *testing.T) {
					f := flow.From(source.Range(0, len(costs)))
					if link {
						f = f.Via(operators.Async[int](4))
					}
					calls := 0
					got, err := watch(t, f.Via(operators.ThrottleWith(throttle{Rate: 1, Per: ms, Burst: burst, Cost: func(v int) int {
						calls++
						return costs[v]
					}})), 0, stage.Window(window, window))
					if err != nil || calls != len(costs) {
						t.Errorf("%d calls of the cost function, error %v", calls, err)
					}
					wantMoments(t, got, want...)
				})
			}
		}
	}
}

// A cost function that takes its time does not add to the rate.
func TestThrottleWithASlowCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flow.From(source.Range(0, 6)).Via(operators.ThrottleWith(throttle{Rate: 1, Per: 100 * ms, Burst: 2, Cost: func(int) int {
			time.Sleep(50 * ms)
			return 1
		}}))
		got, err := watch(t, f, 0, stage.Window(7, 7))
		if err != nil || len(got) != 6 {
			t.Fatal(got, err)
		}
		for i, a := range got {
			for j, b := range got[i:] {
				if j+1 > 2+int((b.at-a.at)/(100*ms)) {
					t.Errorf("from %s to %s, %d passed: %v", a.at, b.at, j+1, got)
				}
			}
		}
	})
}

// Of what it reads ahead no more is asked for than may pass, or one.
func TestThrottleWithReadsAheadLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []int
		src := stage.NewSource(stage.Meta{Kind: "asked"}, func(*stage.Runtime) demand.Upstream[int] {
			return pullFunc(func(dst *demand.Chunk[int]) error {
				asked = append(asked, dst.Free())
				for dst.Free() > 0 {
					dst.Append(1)
				}
				return nil
			})
		})
		f := flow.From(src).Via(operators.ThrottleWith(throttle{Rate: 1, Per: ms, Burst: 5})).Via(operators.Take[int](8))
		if _, err := watch(t, f, 0, stage.Window(256, 256)); err != nil || fmt.Sprint(asked[:4]) != "[5 1 1 1]" {
			t.Errorf("upstream was asked for %v, error %v", asked, err)
		}
	})
}

func TestThrottleWithCostsOutOfBounds(t *testing.T) {
	for what, c := range map[string]struct {
		cost int
		want string
	}{
		"below zero": {-1, "cost must be from 0 to the burst of 3, is -1"},
		"too dear":   {4, "cost must be from 0 to the burst of 3, is 4"},
		"far below":  {math.MinInt, fmt.Sprint("cost must be from 0 to the burst of 3, is ", math.MinInt)},
	} {
		for _, mode := range []operators.ThrottleMode{operators.Shaping, operators.Enforcing} {
			for _, window := range []int{1, 7} {
				synctest.Test(t, func(t *testing.T) {
					var l ledger
					r, got, err := start(t, l.tracked(upTo(10), 6, demand.ErrCompleted).Via(operators.ThrottleWith(throttle{Rate: 3, Per: time.Hour, Mode: mode, Cost: func(v int) int {
						if v == 2 {
							return c.cost
						}
						return 1
					}}, stage.Name("limit"))), window)
					if err != nil {
						t.Fatal(err)
					}
					err = r.Wait()
					if want := `weir: stage "limit": tracked: record 3: ` + c.want; err == nil || err.Error() != want || fmt.Sprint(*got) != "[0(1) 1(2)]" {
						t.Errorf("%s, window %d: got %v, error %v", what, window, *got, err)
					}
					if s, _ := r.Snapshot().Stage("limit"); s.In != s.Out+s.Discarded || s.Out != 2 {
						t.Errorf("%s, window %d: in %d, out %d, discarded %d", what, window, s.In, s.Out, s.Discarded)
					}
					l.once(t, 2)
				})
			}
		}
	}
}

func TestThrottleWithEnforcing(t *testing.T) {
	for _, window := range []int{1, 7} {
		synctest.Test(t, func(t *testing.T) {
			limit := operators.ThrottleWith(throttle{Rate: 1, Per: 100 * ms, Burst: 2, Mode: operators.Enforcing}, stage.Name("limit"))
			f := timeline(demand.ErrCompleted, 0, 0, 100*ms, 150*ms, 500*ms).Via(limit)
			got, err := watch(t, f, 0, stage.Window(window, window))
			var at *stage.Error
			if !errors.Is(err, operators.ErrRateExceeded) || !errors.As(err, &at) || at.Stage != "limit" {
				t.Errorf("error %v", err)
			}
			wantMoments(t, got, moment{0, "0"}, moment{0, "1"}, moment{100 * ms, "2"})
			// A slow sink keeps upstream within the rate.
			got, err = watch(t, flow.From(source.Range(0, 4)).Via(limit), 100*ms, stage.Window(1, 1))
			if err != nil || len(got) != 4 {
				t.Errorf("got %v, error %v", got, err)
			}
		})
	}
}

func TestThrottleWithHeedsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flow.From(source.Range(0, 3)).Via(operators.ThrottleWith(throttle{Rate: 1, Per: time.Second}))
		got, err := watch(t, flow.Via(f, operators.Batch[int](10, 1500*ms)), 0)
		if err != nil {
			t.Fatal(err)
		}
		wantMoments(t, got, moment{1500 * ms, "[0 1]"}, moment{2000 * ms, "[2]"})
	})
	// A merge asks without waiting, and is woken.
	synctest.Test(t, func(t *testing.T) {
		var at []string
		begun := time.Now()
		f := flow.From(source.Range(0, 3)).Via(operators.ThrottleWith(throttle{Rate: 1, Per: 100 * ms}))
		if err := flow.Merge(f, timeline(demand.ErrCompleted, time.Second)).To(sink.ForEach(func(int) error {
			at = append(at, time.Since(begun).String())
			return nil
		})).Run(t.Context()); err != nil || fmt.Sprint(at) != "[0s 100ms 200ms 1s]" {
			t.Errorf("got %v, error %v", at, err)
		}
	})
}

func TestEndsOfThrottleWith(t *testing.T) {
	why := errors.New("stop here")
	for _, drains := range []bool{false, true} {
		for _, window := range []int{1, 7} {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				f := timeline(nil, 0, 0, 0).Via(operators.ThrottleWith(throttle{Rate: 1, Per: time.Hour, Burst: 3, Cost: func(int) int { return 2 }}, stage.Name("limit")))
				r, got, err := start(t, f, window)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				want := "[0(0)]"
				ends := time.Minute
				if drains {
					// What was read comes at the rate; what was not, not at all.
					if err = r.Drain(t.Context()); err != nil {
						t.Error(err)
					}
					if want, ends = "[0(0) 1(0)]", time.Hour; window > 1 {
						want, ends = "[0(0) 1(0) 2(0)]", 3*time.Hour
					}
				} else if err = r.Stop(why); !errors.Is(err, why) {
					t.Error(err)
				}
				if fmt.Sprint(*got) != want || time.Since(begun) != ends {
					t.Errorf("window %d: ended after %s with %v", window, time.Since(begun), *got)
				}
				if s, _ := r.Snapshot().Stage("limit"); s.In != s.Out+s.Discarded {
					t.Errorf("in %d, out %d, discarded %d", s.In, s.Out, s.Discarded)
				}
			})
		}
	}
}

func TestRulesOfThrottleWith(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for name, c := range map[string]throttle{
		"quick":     {Rate: 1000, Per: ms},
		"by cost":   {Rate: 3, Per: ms, Burst: 12, Cost: self[int]},
		"slow":      {Rate: 1, Per: 3 * ms},
		"enforcing": {Rate: 1, Per: ms, Burst: 12, Mode: operators.Enforcing},
	} {
		t.Run(name, func(t *testing.T) {
			stagetest.Rules(t, func() stage.Stage[int, int] { return operators.ThrottleWith(c) }, samples, stagetest.Want(samples...))
		})
	}
}

func TestMistakesInThrottleWith(t *testing.T) {
	var got []string
	for _, c := range []throttle{
		{Rate: 0, Per: 1}, {Rate: 1}, {Rate: 3, Per: 2}, {Rate: 1, Per: 1, Burst: -1}, {Rate: 1, Per: time.Hour, Burst: math.MaxInt}, {Rate: 1, Per: 1, Mode: 7},
		{Rate: 1, Per: math.MaxInt64, Burst: 1},
	} {
		got = append(got, fmt.Sprint(metaErr(operators.ThrottleWith(c))))
	}
	want := []string{
		"rate must be at least 1, is 0",
		"time must be positive, is 0s",
		"a rate of 3 in 2ns is more than one a nanosecond",
		"burst must be at least 1, is -1",
		"a burst of 9223372036854775807 is never saved up by 1 in 1h0m0s",
		"unknown mode 7",
		"a burst of 1 is never saved up by 1 in 2562047h47m16.854775807s",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
