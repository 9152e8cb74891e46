package operators_test

import (
	"errors"
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

func TestInitialDelay(t *testing.T) {
	for _, window := range []int{1, 7} {
		synctest.Test(t, func(t *testing.T) {
			f := timeline(demand.ErrCompleted, 0, 50*ms, 150*ms).Via(operators.InitialDelay[int](100 * ms))
			got, err := watch(t, f, 0, stage.Window(window, window))
			if err != nil {
				t.Fatal(err)
			}
			wantMoments(t, got, moment{100 * ms, "0"}, moment{100 * ms, "1"}, moment{150 * ms, "2"})
		})
	}
}

// A merge asks without waiting.
func TestInitialDelayHeedsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, n := time.Now(), 0
		f := timeline(demand.ErrCompleted, 0).Via(operators.InitialDelay[int](100 * ms))
		err := flow.Merge(f, timeline(demand.ErrCompleted, 10*ms)).To(sink.ForEach(func(int) error { n++; return nil })).Run(t.Context())
		if err != nil || n != 2 || time.Since(begun) != 100*ms {
			t.Errorf("%d elements in %s, error %v", n, time.Since(begun), err)
		}
	})
}

func TestEndsOfInitialDelay(t *testing.T) {
	why := errors.New("stop here")
	for _, drains := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			r, got, err := start(t, timeline(nil, time.Second).Via(operators.InitialDelay[int](time.Hour)), 7)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
			if drains {
				err = r.Drain(t.Context())
			} else if err = r.Stop(why); errors.Is(err, why) {
				err = nil
			}
			if err != nil || time.Since(begun) != time.Minute || len(*got) > 1 {
				t.Errorf("ended with %v after %s and %v", err, time.Since(begun), *got)
			}
		})
	}
}

func TestRulesOfInitialDelay(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.InitialDelay[int](15 * ms) }, samples, stagetest.Want(samples...))
}

func TestMistakesInInitialDelay(t *testing.T) {
	if err := operators.InitialDelay[int](0).Meta().Err; err == nil || err.Error() != "time must be positive, is 0s" {
		t.Errorf("got %v", err)
	}
}
