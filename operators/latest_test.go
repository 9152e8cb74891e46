package operators_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// latests are the operators that hold the latest element.
var latests = map[string]func(time.Duration, ...stage.Option) stage.Stage[int, int]{
	"Debounce":   operators.Debounce[int],
	"SampleTime": operators.SampleTime[int],
	"Audit":      operators.Audit[int],
}

// eachLatest runs f for each of the operators, in a bubble.
func eachLatest(t *testing.T, f func(t *testing.T, make func(time.Duration, ...stage.Option) stage.Stage[int, int])) {
	for name, make := range latests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, make) })
		})
	}
}

func TestLatest(t *testing.T) {
	at := []time.Duration{0, 10 * ms, 130 * ms, 200 * ms, 280 * ms, 520 * ms, 530 * ms}
	for name, want := range map[string][]moment{
		"Debounce":   {{110 * ms, "1"}, {380 * ms, "4"}, {530 * ms, "6"}},
		"SampleTime": {{100 * ms, "1"}, {200 * ms, "2"}, {300 * ms, "4"}, {530 * ms, "6"}},
		"Audit":      {{100 * ms, "1"}, {230 * ms, "3"}, {380 * ms, "4"}, {530 * ms, "6"}},
	} {
		for _, window := range []int{1, 7} {
			for _, link := range []bool{false, true} {
				for _, end := range []error{demand.ErrCompleted, errSource} {
					t.Run(fmt.Sprint(name, window, link, end), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							f := timeline(end, at...)
							if link {
								f = f.Via(operators.Async[int](4))
							}
							got, err := watch(t, f.Via(latests[name](100*ms)), 0, stage.Window(window, window))
							if end == demand.ErrCompleted && err != nil || end != demand.ErrCompleted && !errors.Is(err, end) {
								t.Error(err)
							}
							wantMoments(t, got, want...)
						})
					})
				}
			}
		}
	}
}

// The books balance: what was superseded is counted as dropped.
func TestLatestCountsDrops(t *testing.T) {
	eachLatest(t, func(t *testing.T, make func(time.Duration, ...stage.Option) stage.Stage[int, int]) {
		f := timeline(demand.ErrCompleted, 0, 0, 0, 10*ms, 500*ms).Via(make(100*ms, stage.Name("latest")))
		r, got, err := start(t, f, 7)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Wait(); err != nil || fmt.Sprint(*got) != "[3(0) 4(0)]" {
			t.Errorf("got %v, error %v", *got, err)
		}
		s, _ := r.Snapshot().Stage("latest")
		if s.In != 5 || s.Out != 2 || s.Dropped[operators.ReasonSuperseded] != 3 || s.Discarded != 0 {
			t.Errorf("in %d, out %d, dropped %v, discarded %d", s.In, s.Out, s.Dropped, s.Discarded)
		}
	})
}

// What is superseded is done, what is held is not before it is delivered.
func TestLatestKeepsAccount(t *testing.T) {
	eachLatest(t, func(t *testing.T, make func(time.Duration, ...stage.Option) stage.Stage[int, int]) {
		var l ledger
		got, err := collect(t, l.tracked(upTo(10), 3, demand.ErrCompleted).Via(make(time.Hour)), 7)
		if err != nil || fmt.Sprint(got) != "[9(10)]" {
			t.Errorf("got %v, error %v", got, err)
		}
		l.check(t, 10)
	})
}

// When the run is stopped, the element held is given up.
func TestStopOfLatest(t *testing.T) {
	why := errors.New("stop here")
	for _, window := range []int{1, 7} {
		eachLatest(t, func(t *testing.T, make func(time.Duration, ...stage.Option) stage.Stage[int, int]) {
			begun := time.Now()
			r, got, err := start(t, timeline(nil, 0, 0, time.Minute).Via(make(time.Hour, stage.Name("latest"))), window)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Minute)
			if err := r.Stop(why); !errors.Is(err, why) || time.Since(begun) > 2*time.Minute || len(*got) != 0 {
				t.Errorf("stopped with %v after %s and %v", err, time.Since(begun), *got)
			}
			if s, _ := r.Snapshot().Stage("latest"); s.In != 3 || s.DroppedTotal() != 2 || s.Discarded != 1 {
				t.Errorf("in %d, dropped %v, discarded %d", s.In, s.Dropped, s.Discarded)
			}
		})
	}
}

// When the run is drained, the element held goes at once.
func TestDrainOfLatest(t *testing.T) {
	for _, link := range []bool{false, true} {
		eachLatest(t, func(t *testing.T, make func(time.Duration, ...stage.Option) stage.Stage[int, int]) {
			begun := time.Now()
			f := timeline(nil, 0, time.Minute)
			if link {
				f = f.Via(operators.Async[int](4))
			}
			r, got, err := start(t, f.Via(make(time.Hour)), 7)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Minute)
			if err := r.Drain(t.Context()); err != nil || time.Since(begun) > 2*time.Minute || fmt.Sprint(*got) != "[1(0)]" {
				t.Errorf("drained with %v after %s and %v", err, time.Since(begun), *got)
			}
		})
	}
}

// What is due while downstream is busy goes at its next request.
func TestLatestWaitsForDemand(t *testing.T) {
	for name, want := range map[string][]moment{
		"Debounce":   {{100 * ms, "0"}, {1200 * ms, "2"}},
		"SampleTime": {{100 * ms, "0"}, {1200 * ms, "2"}},
		"Audit":      {{100 * ms, "0"}, {1200 * ms, "2"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := timeline(nil, 0, 300*ms, 600*ms).Via(operators.Async[int](4)).Via(latests[name](100 * ms))
			f = f.Via(operators.TakeUntil(func(v int) bool { return v == 2 }))
			got, err := watch(t, f, 1000*ms+50*ms)
			if err != nil {
				t.Fatal(err)
			}
			if name != "SampleTime" {
				want[1].at = 1250 * ms
			}
			wantMoments(t, got, want...)
		})
	}
}

// A caller who does not wait is woken when the element is due, and one who waits
// for a while does not lose it.
func TestLatestHeedsPatience(t *testing.T) {
	eachLatest(t, func(t *testing.T, make func(time.Duration, ...stage.Option) stage.Stage[int, int]) {
		f := timeline(demand.ErrCompleted, 0, 10*ms, 500*ms).Via(make(100 * ms))
		g := timeline(demand.ErrCompleted, 700*ms).Via(make(100 * ms))
		var at []time.Duration
		begun := time.Now()
		// A merge asks without waiting.
		if err := flow.Merge(f, g).To(sink.ForEach(func(int) error {
			at = append(at, time.Since(begun).Truncate(50*ms))
			return nil
		})).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(at) != "[100ms 500ms 700ms]" {
			t.Errorf("elements came at %v", at)
		}
	})
	eachLatest(t, func(t *testing.T, make func(time.Duration, ...stage.Option) stage.Stage[int, int]) {
		f := timeline(demand.ErrCompleted, 0, 200*ms, 600*ms).Via(make(100 * ms))
		got, err := watch(t, flow.Via(f, operators.Batch[int](10, 30*ms)), 0)
		if err != nil || len(got) != 3 || got[0] != (moment{130 * ms, "[0]"}) || got[2].what != "[2]" {
			t.Errorf("got %v, error %v", got, err)
		}
	})
}

func TestRulesOfLatest(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for name, make := range latests {
		for _, d := range []time.Duration{3 * ms, time.Minute} {
			t.Run(fmt.Sprint(name, d), func(t *testing.T) {
				last := func(outs []int) any { return len(outs) > 0 && outs[len(outs)-1] == 10 }
				stagetest.Rules(t, func() stage.Stage[int, int] { return make(d) }, samples, stagetest.By(last))
			})
		}
	}
}

func TestMistakesInLatest(t *testing.T) {
	for name, make := range latests {
		if err := make(0).Meta().Err; err == nil || err.Error() != "time must be positive, is 0s" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
