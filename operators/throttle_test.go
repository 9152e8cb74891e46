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
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestThrottle(t *testing.T) {
	for _, window := range []int{1, 2, 7, 256} {
		t.Run(fmt.Sprint("window ", window), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := flow.From(source.Range(0, 6)).Via(operators.Throttle[int](2, 100*ms))
				got, err := watch(t, f, 0, stage.Window(window, window))
				if err != nil {
					t.Fatal(err)
				}
				wantMoments(t, got, moment{0, "0"}, moment{0, "1"}, moment{50 * ms, "2"}, moment{100 * ms, "3"}, moment{150 * ms, "4"}, moment{200 * ms, "5"})
			})
		})
	}
	t.Run("what is not used is saved up to n", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			at := []time.Duration{0, time.Second, time.Second, time.Second, time.Second, 1010 * ms}
			got, err := watch(t, timeline(demand.ErrCompleted, at...).Via(operators.Throttle[int](3, 300*ms)), 0)
			if err != nil {
				t.Fatal(err)
			}
			wantMoments(t, got, moment{0, "0"}, moment{1000 * ms, "1"}, moment{1000 * ms, "2"}, moment{1000 * ms, "3"}, moment{1100 * ms, "4"}, moment{1200 * ms, "5"})
		})
	})
	t.Run("a rate that does not divide evenly is kept in the long run", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			got, err := flow.Collect(t.Context(), flow.From(source.Range(0, 3001)).Via(operators.Throttle[int](3, time.Second)))
			// 3 at once, the last one (3001-3)/3 seconds later, rounded up to a nanosecond,
			// and its end when one more might have passed.
			if want := 2999 * time.Second / 3; err != nil || len(got) != 3001 || time.Since(begun) != want+1 {
				t.Errorf("%d elements in %s, want %s, error %v", len(got), time.Since(begun), want, err)
			}
		})
	})
}

// Upstream is never asked for more than may pass.
func TestThrottleAsksForWhatMayPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var asked []string
		src := stage.NewSource(stage.Meta{Kind: "asked"}, func(*stage.Runtime) demand.Upstream[int] {
			return pullFunc(func(dst *demand.Chunk[int]) error {
				asked = append(asked, fmt.Sprint(dst.Free(), "@", time.Since(begun)))
				for dst.Free() > 0 {
					dst.Append(1)
				}
				return nil
			})
		})
		f := flow.From(src).Via(operators.Throttle[int](10, 100*ms)).Via(operators.Take[int](100))
		if _, err := watch(t, f, 35*ms, stage.Window(256, 256)); err != nil {
			t.Fatal(err)
		}
		// Ten elements take the sink 350 ms, in which time ten more may pass.
		if len(asked) != 10 || asked[0] != "10@0s" || asked[1] != "10@350ms" || asked[9] != "10@3.15s" {
			t.Errorf("upstream was asked for %v", asked)
		}
	})
}

type pullFunc func(dst *demand.Chunk[int]) error

func (p pullFunc) Pull(dst *demand.Chunk[int]) error { return p(dst) }
func (p pullFunc) Cancel(error)                      {}

func TestThrottleHeedsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flow.From(source.Range(0, 3)).Via(operators.Throttle[int](1, time.Second))
		got, err := watch(t, flow.Via(f, operators.Batch[int](10, 1500*ms)), 0)
		if err != nil {
			t.Fatal(err)
		}
		// Its end is seen when one more may pass.
		wantMoments(t, got, moment{1500 * ms, "[0 1]"}, moment{3000 * ms, "[2]"})
	})
}

func TestStopEndsTheWaitOfThrottle(t *testing.T) {
	why := errors.New("stop here")
	for _, above := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			f := flow.From(source.Range(0, 3)).Via(operators.Throttle[int](1, time.Hour))
			if above {
				f = f.Via(operators.Async[int](4))
			}
			begun := time.Now()
			r, got, err := start(t, f, 7)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
			if err := r.Stop(why); !errors.Is(err, why) || time.Since(begun) > time.Minute || len(*got) != 1 {
				t.Errorf("stopped with %v after %s and %d elements", err, time.Since(begun), len(*got))
			}
		})
	}
}

// A drained run does not wait for the rate to learn that nothing more comes; what
// was read still comes at the rate.
func TestDrainOfThrottle(t *testing.T) {
	for name, held := range map[string]int{"nothing held": 0, "elements held": 3} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at := append([]time.Duration{0}, every(0, held)...)
				var got []moment
				begun := time.Now()
				f := timeline(nil, at...).Via(operators.Async[int](8)).Via(operators.Throttle[int](1, time.Hour))
				r, err := f.To(sink.ForEach(func(v int) error {
					got = append(got, moment{time.Since(begun), fmt.Sprint(v)})
					return nil
				})).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if err := r.Drain(t.Context()); err != nil {
					t.Errorf("drained with %v", err)
				}
				want := time.Minute
				if held > 0 {
					want = time.Duration(held) * time.Hour
				}
				if d := time.Since(begun); d != want || len(got) != held+1 || got[held].at != time.Duration(held)*time.Hour {
					t.Errorf("ended after %s with %v", d, got)
				}
			})
		})
	}
}
