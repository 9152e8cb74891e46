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

func TestDelay(t *testing.T) {
	at := []time.Duration{0, 0, 10 * ms, 250 * ms}
	for _, window := range []int{1, 7} {
		for _, end := range []error{demand.ErrCompleted, errSource} {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				got, err := watch(t, timeline(end, at...).Via(operators.Delay[int](100*ms, 8)), 0, stage.Window(window, window))
				if end == demand.ErrCompleted && err != nil || end != demand.ErrCompleted && !errors.Is(err, end) {
					t.Error(err)
				}
				wantMoments(t, got, moment{100 * ms, "0"}, moment{100 * ms, "1"}, moment{110 * ms, "2"}, moment{350 * ms, "3"})
				if d := time.Since(begun); d != 350*ms {
					t.Errorf("ended after %s", d)
				}
			})
		}
	}
	t.Run("upstream waits while it is full", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			got, err := watch(t, timeline(demand.ErrCompleted, every(0, 5)...).Via(operators.Delay[int](100*ms, 2)), 0)
			if err != nil {
				t.Fatal(err)
			}
			wantMoments(t, got, moment{100 * ms, "0"}, moment{100 * ms, "1"}, moment{200 * ms, "2"}, moment{200 * ms, "3"}, moment{300 * ms, "4"})
		})
	})
}

func TestDelayHeedsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		begun := time.Now()
		f := timeline(demand.ErrCompleted, 0, 10*ms).Via(operators.Delay[int](100*ms, 1))
		g := timeline(demand.ErrCompleted, 500*ms).Via(operators.Delay[int](100*ms, 9))
		// A merge asks without waiting.
		if err := flow.Merge(f, g).To(sink.ForEach(func(int) error {
			at = append(at, time.Since(begun))
			return nil
		})).Run(t.Context()); err != nil || fmt.Sprint(at) != "[100ms 200ms 600ms]" {
			t.Errorf("elements came at %v, error %v", at, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := timeline(demand.ErrCompleted, 0, 10*ms).Via(operators.Delay[int](100*ms, 9))
		got, err := watch(t, flow.Via(f, operators.Batch[int](10, 5*ms)), 0)
		if err != nil {
			t.Fatal(err)
		}
		wantMoments(t, got, moment{105 * ms, "[0]"}, moment{110 * ms, "[1]"})
	})
}

// When the run is stopped what is held is given up; when it is drained, each
// element still has its time.
func TestEndsOfDelay(t *testing.T) {
	why := errors.New("stop here")
	for _, capacity := range []int{2, 9} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			r, got, err := start(t, timeline(nil, 0, time.Minute).Via(operators.Delay[int](time.Hour, capacity)), 7)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Minute)
			if err := r.Stop(why); !errors.Is(err, why) || time.Since(begun) > 2*time.Minute || len(*got) != 0 {
				t.Errorf("stopped with %v after %s and %v", err, time.Since(begun), *got)
			}
			if s, _ := r.Snapshot().Stage("delay"); s.In != 2 || s.Out != 0 || s.Discarded != 2 {
				t.Errorf("in %d, out %d, discarded %d", s.In, s.Out, s.Discarded)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			r, got, err := start(t, timeline(nil, 0, time.Minute).Via(operators.Delay[int](time.Hour, capacity)), 7)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Minute)
			if err := r.Drain(t.Context()); err != nil || time.Since(begun) != 61*time.Minute || fmt.Sprint(*got) != "[0(0) 1(0)]" {
				t.Errorf("drained with %v after %s and %v", err, time.Since(begun), *got)
			}
		})
	}
}

func TestRulesOfDelay(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for _, capacity := range []int{1, 5, 1000} {
		t.Run(fmt.Sprint(capacity), func(t *testing.T) {
			stagetest.Rules(t, func() stage.Stage[int, int] { return operators.Delay[int](3*ms, capacity) }, samples, stagetest.Want(samples...))
		})
	}
}

func TestMistakesInDelay(t *testing.T) {
	for want, s := range map[string]stage.Stage[int, int]{
		"time must be positive, is -1ns":    operators.Delay[int](-1, 1),
		"capacity must be at least 1, is 0": operators.Delay[int](1, 0),
	} {
		if err := s.Meta().Err; err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
