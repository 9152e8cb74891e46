package operators_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// words are slices of letters, by what stands for them.
func words(letters map[string]string) stagetest.MarbleOption {
	all := map[string][]string{}
	for l, w := range letters {
		for _, r := range w {
			all[l] = append(all[l], string(r))
		}
	}
	return stagetest.Values(all)
}

func TestMarblesOfBatchWeighted(t *testing.T) {
	weights := map[string]int64{"a": 2, "b": 1, "c": 3, "d": 1, "e": 4}
	batch := func() stage.Stage[string, []string] {
		return operators.BatchWeighted(4, 9*ms, func(v string) int64 { return weights[v] })
	}
	names := words(map[string]string{"x": "ab", "y": "cd", "z": "e", "a": "a", "c": "c", "w": "cb", "b": "b"})
	stagetest.Marbles(t, batch,
		"-a--b--c------d-----e--|",
		"-------x------y-----z--|", names)
	// One that weighs as much as a batch goes at once, also where it opened that.
	stagetest.Marbles(t, batch,
		"-a-e---a--",
		"---(az)---", names)
	// Time, from the first element on, also where that opened the next batch.
	stagetest.Marbles(t, batch,
		"-a--b-----a-c---------|",
		"----------x-a--------c|", names)
	// What is over goes when it is asked for, and with it what has come and fits.
	stagetest.Marbles(t, batch,
		"-a-b--ac-----------d--|",
		"------x--------a---y--|", names, stagetest.Demand("1--------------3"))
}

func TestMarblesOfSplits(t *testing.T) {
	capital := func(v string) bool { return v < "a" }
	names := words(map[string]string{"x": "Abc", "y": "Ab", "z": "A", "w": "Abcd", "v": "abC", "u": "aC", "t": "a", "s": "e"})
	when := func() stage.Stage[string, []string] { return operators.SplitWhen(capital, 4) }
	stagetest.Marbles(t, when,
		"-A-b-c-A-b---A---|",
		"-------x-----y---(z|)", names)
	stagetest.Marbles(t, when,
		"-A-b-c-d-e---A-#",
		"-------w-----s-(z#)", names)
	stagetest.Marbles(t, func() stage.Stage[string, []string] { return operators.SplitAfter(capital, 4) },
		"-a-b-C-a---C-a---|",
		"-----v-----u-----(t|)", names)
	stagetest.Marbles(t, func() stage.Stage[string, []string] {
		return operators.ChunkBy(func(v string) string { return v }, 4)
	},
		"(aa)--b-b-------a----|",
		"-   --x---------y----(z|)", words(map[string]string{"x": "aa", "y": "bb", "z": "a"}))
}

func TestMarblesOfTimeWindow(t *testing.T) {
	names := words(map[string]string{"x": "ab", "y": "c", "z": "d", "w": "cd", "v": "abc"})
	window := func(limit int) func() stage.Stage[string, []string] {
		return func() stage.Stage[string, []string] { return operators.TimeWindow[string](4*ms, limit) }
	}
	stagetest.Marbles(t, window(100),
		"-a-b--c------d-|",
		"----x---y------(z|)", names)
	// What comes at the end of a window is in the next.
	stagetest.Marbles(t, window(100),
		"-a-bc-d-----#",
		"----x---w---#", names)
	// Full before its time: the rest goes at its end.
	stagetest.Marbles(t, window(2),
		"abc---d-|",
		"-x--y---(z|)", names)
	// The first request begins the windows, and what nobody asks for has not come.
	stagetest.Marbles(t, window(100),
		"--ab----c---------d-----|",
		"------x---------------w-|", names, stagetest.Demand("--1---------------2"))
}

func TestMarblesOfSessionWindow(t *testing.T) {
	names := words(map[string]string{"x": "ab", "y": "c", "z": "de", "w": "abcd", "v": "e", "u": "bcd", "a": "a"})
	window := func() stage.Stage[string, []string] { return operators.SessionWindow[string](3*ms, 4) }
	stagetest.Marbles(t, window,
		"-a-b---c----d-e-|",
		"------x---y-----(z|)", names)
	// A session that is too long is cut.
	stagetest.Marbles(t, window,
		"-a-b-c-d-e----#",
		"-------w----v-#", names)
	// Three after the last is too late.
	stagetest.Marbles(t, window,
		"-a--bcd--------|",
		"----a----u-----|", names)
	stagetest.Marbles(t, window,
		"-a-b-c--------d-|",
		"--------v-------(d|)", words(map[string]string{"v": "abc", "d": "d"}), stagetest.Demand("1---------2"))
}

func TestMarblesOfSlidingTime(t *testing.T) {
	names := words(map[string]string{"x": "ab", "b": "b", "c": "c", "y": "abc", "z": "bc"})
	window := func(size, step time.Duration, limit int) func() stage.Stage[string, []string] {
		return func() stage.Stage[string, []string] {
			return operators.SlidingTime[string](size*ms, step*ms, limit)
		}
	}
	stagetest.Marbles(t, window(8, 4, 100),
		"-a---b-----------c---------|",
		"--------x---b-------c---c--|", names)
	// The last window, if it holds something new.
	stagetest.Marbles(t, window(8, 4, 100),
		"-a---b----c-|",
		"--------x---(z|)", names)
	stagetest.Marbles(t, window(8, 4, 100),
		"-a---b--#",
		"--------(x#)", names)
	stagetest.Marbles(t, window(8, 4, 100),
		"-a---b---#",
		"--------x#", names)
	// With limit elements it goes early, and they are in no other.
	stagetest.Marbles(t, window(8, 4, 2),
		"-a---bc----------|",
		"-----x--c---c----|", names)
	// Windows apart: b comes between two.
	stagetest.Marbles(t, window(4, 8, 100),
		"-a----b--c----|",
		"----a-------c-|", words(map[string]string{"a": "a", "c": "c"}))
	// What is over while nobody asks is not lost.
	stagetest.Marbles(t, window(4, 2, 100),
		"-a--b-----------c-|",
		"----a-------b---b-(c|)", words(map[string]string{"a": "a", "b": "b", "c": "c"}), stagetest.Demand("1-----------1---3"))
}

// One that was read behind the end of a window is in all of its own, however late
// those are asked for.
func TestSlidingTimeKeepsWhatCameBehindAWindow(t *testing.T) {
	stagetest.Marbles(t, func() stage.Stage[string, []string] { return operators.SlidingTime[string](4*ms, 2*ms, 100) },
		"-a-bc-----------|",
		"----x-------y-z-|", words(map[string]string{"x": "ab", "y": "bc", "z": "c"}), stagetest.Demand("1-----------1-2"))
}

// slid is the model of SlidingTime: at says when each element came, in steps from
// the first request on, end when the stream completed.
func slid(at []int, size, step, end int) (out [][]int) {
	seen := 0
	for from := 0; from+size <= end; from += step {
		var win []int
		for i, a := range at {
			if a >= from && a < from+size {
				win = append(win, i)
				seen = max(seen, i+1)
			}
		}
		if win != nil {
			out = append(out, win)
		}
	}
	// The window that would be next, if it holds something new.
	var win []int
	fresh, from := false, 0
	for from+size <= end {
		from += step
	}
	for i, a := range at {
		if a >= from {
			win, fresh = append(win, i), fresh || i >= seen
		}
	}
	if fresh {
		out = append(out, win)
	}
	return out
}

func TestSlidingTimeOfAnything(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.IntRange(0, 9), 0, 30).Draw(rt, "pauses")
		size, step := rapid.IntRange(1, 12).Draw(rt, "size"), rapid.IntRange(1, 12).Draw(rt, "step")
		step = min(step, size)
		var at []int
		var times []time.Duration
		now := 0
		for _, p := range steps {
			now += p
			at, times = append(at, now), append(times, time.Duration(now)*ms)
		}
		var got [][]int
		var err error
		synctest.Test(t, func(t *testing.T) {
			f := timeline(demand.ErrCompleted, times...)
			got, err = flow.Collect(t.Context(), flow.Via(f, operators.SlidingTime[int](time.Duration(size)*ms, time.Duration(step)*ms, 1000)))
		})
		if want := slid(at, size, step, now); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			rt.Fatalf("elements at %v, size %d, step %d: got %v, want %v, error %v", at, size, step, got, want, err)
		}
	})
}

func TestRulesOfSlidingTime(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for _, c := range []struct {
		size, step time.Duration
		limit      int
	}{{7 * ms, 3 * ms, 5}, {4 * ms, 4 * ms, 100}, {2 * ms, time.Hour, 1}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			if c.step > c.size {
				c.size = 30 * time.Minute // all come in the first window
			}
			stagetest.Rules(t, func() stage.Stage[int, []int] { return operators.SlidingTime[int](c.size, c.step, c.limit) }, samples,
				stagetest.By(func(outs [][]int) any {
					var distinct []int
					seen := map[int]bool{}
					for _, o := range outs {
						if len(o) == 0 || len(o) > c.limit {
							t.Errorf("a window of %d", len(o))
						}
						for _, v := range o {
							if !seen[v] {
								distinct = append(distinct, v)
							}
							seen[v] = true
						}
					}
					return distinct
				}))
		})
	}
}

// An element is handled when all windows with it are; what would be in another one
// is given up by an error, and by a stop.
func TestSlidingTimeKeepsAccount(t *testing.T) {
	for _, end := range []error{demand.ErrCompleted, errSource} {
		synctest.Test(t, func(t *testing.T) {
			// Reads of two, 3 ms apart.
			var l ledger
			slow := l.tracked(upTo(6), 2, end).Via(operators.Throttle[int](2, 6*ms))
			got, err := collect(t, flow.Via(slow, operators.SlidingTime[int](8*ms, 4*ms, 100)), 1)
			if !errors.Is(err, end) && end != demand.ErrCompleted {
				t.Errorf("error %v", err)
			}
			handled := 6
			if end != demand.ErrCompleted {
				handled = 0
				for _, r := range l.reads {
					if r.outcome == demand.Done {
						handled = r.to
					}
				}
				if handled == 0 || handled == 6 {
					t.Errorf("%d of 6 were handled, with %v", handled, got)
				}
			}
			l.check(t, handled)
		})
	}
	why := errors.New("stop here")
	synctest.Test(t, func(t *testing.T) {
		var l ledger
		open := flow.Concat(l.tracked(upTo(10), 3, demand.ErrCompleted), timeline(nil))
		r, got, err := start(t, flow.Via(open, operators.SlidingTime[int](time.Hour, time.Minute, 100)), 1)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := r.Stop(why); !errors.Is(err, why) || len(*got) > 0 {
			t.Errorf("stopped with %v, got %v", err, *got)
		}
		l.check(t, 0)
	})
}

// A stage with workers asks without waiting while calls are under way: the end of a
// window wakes it nevertheless.
func TestWindowsAboveWorkers(t *testing.T) {
	for name, c := range map[string]struct {
		op   stage.Stage[int, []int]
		want []moment
	}{
		"BatchWeighted": {operators.BatchWeighted(100, 100*ms, func(int) int64 { return 1 }),
			[]moment{{100 * ms, "[0 1]"}, {300 * ms, "[2 3]"}, {500 * ms, "[4]"}}},
		"TimeWindow":    {operators.TimeWindow[int](100*ms, 100), []moment{{100 * ms, "[0 1]"}, {300 * ms, "[2 3]"}, {500 * ms, "[4]"}}},
		"SessionWindow": {operators.SessionWindow[int](50*ms, 100), []moment{{60 * ms, "[0 1]"}, {260 * ms, "[2 3]"}, {500 * ms, "[4]"}}},
		"SlidingTime":   {operators.SlidingTime[int](100*ms, 100*ms, 100), []moment{{100 * ms, "[0 1]"}, {300 * ms, "[2 3]"}, {500 * ms, "[4]"}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := timeline(demand.ErrCompleted, 0, 10*ms, 200*ms, 210*ms, 500*ms)
				wantMoments(t, calls(t, text(flow.Via(in, c.op))), c.want...)
			})
		})
	}
}

// The patience of who asks runs out before the time of a window, which is kept.
func TestWindowsKeepWhatCameBeforePatienceRanOut(t *testing.T) {
	for name, c := range map[string]struct {
		op   stage.Stage[int, []int]
		want []moment
	}{
		"TimeWindow":    {operators.TimeWindow[int](100*ms, 100), []moment{{140 * ms, "[[0 1]]"}, {240 * ms, "[[2]]"}, {350 * ms, "[[3]]"}}},
		"SessionWindow": {operators.SessionWindow[int](30*ms, 100), []moment{{70 * ms, "[[0]]"}, {120 * ms, "[[1]]"}, {190 * ms, "[[2]]"}, {350 * ms, "[[3]]"}}},
		"SlidingTime": {operators.SlidingTime[int](100*ms, 50*ms, 100),
			[]moment{{140 * ms, "[[0 1]]"}, {190 * ms, "[[1 2]]"}, {240 * ms, "[[2]]"}, {350 * ms, "[[3]]"}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := flow.Via(timeline(demand.ErrCompleted, 0, 50*ms, 120*ms, 350*ms), c.op)
				// The batch asks with a patience of 40 ms from the first window on.
				got, err := watch(t, flow.Via(in, operators.Batch[[]int](10, 40*ms)), 0)
				if err != nil {
					t.Fatal(err)
				}
				wantMoments(t, got, c.want...)
			})
		})
	}
}

// A window that is over just when the patience of who asks runs out is not late.
func TestWindowsAtTheEndOfPatience(t *testing.T) {
	for name, op := range map[string]stage.Stage[int, []int]{
		"BatchWeighted": operators.BatchWeighted(100, 50*ms, func(int) int64 { return 1 }),
		"Batch":         operators.Batch[int](100, 50*ms),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := flow.Via(timeline(demand.ErrCompleted, 0, 50*ms, 100*ms, 150*ms, 400*ms), op)
				got, err := watch(t, flow.Via(in, operators.Batch[[]int](10, 100*ms)), 0)
				if err != nil {
					t.Fatal(err)
				}
				wantMoments(t, got, moment{150 * ms, "[[0 1] [2 3]]"}, moment{400 * ms, "[[4]]"})
			})
		})
	}
}

// Behind the end no window comes, however late it is asked for.
func TestSlidingTimeEnds(t *testing.T) {
	for _, end := range []error{demand.ErrCompleted, errSource} {
		synctest.Test(t, func(t *testing.T) {
			in := timeline(end, 0, 5*ms)
			got, err := watch(t, flow.Via(in, operators.SlidingTime[int](8*ms, 4*ms, 100)), 100*ms, stage.Window(1, 1))
			if end != demand.ErrCompleted && !errors.Is(err, end) {
				t.Errorf("got error %v", err)
			}
			wantMoments(t, got, moment{5 * ms, "[0 1]"})
		})
	}
}

// Above a source that blocks without heeding patience there is a link, and windows
// end in time.
func TestWindowsBelowASourceThatBlocks(t *testing.T) {
	for name, op := range map[string]stage.Stage[int, []int]{
		"BatchWeighted": operators.BatchWeighted(100, 100*ms, func(int) int64 { return 1 }),
		"TimeWindow":    operators.TimeWindow[int](100*ms, 100), "SessionWindow": operators.SessionWindow[int](100*ms, 100),
		"SlidingTime": operators.SlidingTime[int](100*ms, 50*ms, 100),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := make(chan int)
				go func() {
					in <- 1
					time.Sleep(time.Second)
					close(in)
				}()
				got, err := watch(t, flow.Via(flow.From(source.Chan(in)), op), 0)
				if err != nil {
					t.Fatal(err)
				}
				if name == "SlidingTime" && len(got) == 2 {
					got = got[:1] // it is in both halves of its window, or in one
				}
				wantMoments(t, got, moment{100 * ms, "[1]"})
			})
		})
	}
}
