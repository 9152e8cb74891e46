package operators_test

import (
	"context"
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

func TestBatchInTime(t *testing.T) {
	for name, above := range map[string]func(flow.Flow[int]) flow.Flow[int]{
		"fused":  func(f flow.Flow[int]) flow.Flow[int] { return f },
		"linked": func(f flow.Flow[int]) flow.Flow[int] { return f.Via(operators.Async[int](16)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := timeline(demand.ErrCompleted, 0, 10*ms, 20*ms, 500*ms, 510*ms, 520*ms, 530*ms, 2000*ms, 2010*ms)
				got, err := watch(t, flow.Via(above(in), operators.Batch[int](4, 100*ms)), 0)
				if err != nil {
					t.Fatal(err)
				}
				wantMoments(t, got,
					moment{100 * ms, "[0 1 2]"},   // its time is over
					moment{530 * ms, "[3 4 5 6]"}, // it is full
					moment{2010 * ms, "[7 8]"},    // the end; in between was no empty batch
				)
			})
		})
	}
}

// When time runs out while nobody asks, the batch is kept: nothing is lost, and
// nothing comes without demand.
func TestBatchTimeRunsOutWithoutDemand(t *testing.T) {
	for _, window := range []int{1, 64} {
		synctest.Test(t, func(t *testing.T) {
			in := timeline(demand.ErrCompleted, every(10*ms, 50)...).Via(operators.Async[int](100))
			next := 0
			begun := time.Now()
			err := flow.Via(in, operators.Batch[int](10, 25*ms)).To(sink.ForEach(func(b []int) error {
				if len(b) == 0 || len(b) > 10 {
					t.Errorf("a batch of %d", len(b))
				}
				for _, v := range b {
					if v != next {
						t.Errorf("got %d, want %d", v, next)
					}
					next = v + 1
				}
				time.Sleep(100 * ms)
				return nil
			}, stage.Window(1, window))).Run(t.Context())
			if err != nil || next != 50 {
				t.Errorf("%d elements, error %v", next, err)
			}
			if d := time.Since(begun); d > 800*ms {
				t.Errorf("took %s: batches did not grow while the sink was busy", d)
			}
		})
	}
}

// A batch is asked for by turns: the patience of who asks runs out before the
// time of the batch, which goes on from there.
func TestBatchKeepsWhatCameBeforePatienceRanOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := timeline(demand.ErrCompleted, 0, 50*ms, 120*ms, 300*ms)
		batches := flow.Via(in, operators.Batch[int](2, 200*ms))
		// The outer batch asks with a patience of 40 ms from the first batch on.
		got, err := watch(t, flow.Via(batches, operators.Batch[[]int](10, 40*ms)), 0)
		if err != nil {
			t.Fatal(err)
		}
		wantMoments(t, got, moment{90 * ms, "[[0 1]]"}, moment{300 * ms, "[[2 3]]"})
	})
}

// calls returns what a stage with ten workers, each call of which takes ten
// seconds, was called with, and when.
func calls(t *testing.T, f flow.Flow[string]) (got []moment) {
	begun := time.Now()
	begins := make(chan moment, 100)
	err := flow.Via(f, operators.MapContext(func(_ context.Context, v string) (string, error) {
		begins <- moment{time.Since(begun), v}
		time.Sleep(10 * time.Second)
		return v, nil
	}, stage.Workers(10))).To(sink.Discard[string]()).Run(t.Context())
	if err != nil {
		t.Error(err)
	}
	close(begins)
	for m := range begins {
		got = append(got, m)
	}
	return got
}

// A stage with workers asks without waiting while calls are under way: the time
// of a batch wakes it nevertheless.
func TestTimeAboveWorkers(t *testing.T) {
	t.Run("Batch", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			in := timeline(demand.ErrCompleted, 0, 10*ms, 200*ms, 210*ms, 500*ms)
			wantMoments(t, calls(t, text(flow.Via(in, operators.Batch[int](5, 100*ms)))),
				moment{100 * ms, "[0 1]"}, moment{300 * ms, "[2 3]"}, moment{500 * ms, "[4]"})
		})
	})
	t.Run("Throttle", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := flow.From(source.Range(0, 4)).Via(operators.Throttle[int](1, 100*ms))
			wantMoments(t, calls(t, text(f)), moment{0, "0"}, moment{100 * ms, "1"}, moment{200 * ms, "2"}, moment{300 * ms, "3"})
		})
	})
}

// A call of user code above does not know of the batch's time; the batch goes
// when the call under way has returned.
func TestBatchBehindASlowFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flow.Via(flow.From(source.Range(0, 10)), operators.Map(func(v int) int { time.Sleep(20 * ms); return v }))
		got, err := watch(t, flow.Via(f, operators.Batch[int](100, 70*ms)), 0, stage.Window(64, 64))
		if err != nil {
			t.Fatal(err)
		}
		wantMoments(t, got, moment{100 * ms, "[0 1 2 3 4]"}, moment{200 * ms, "[5 6 7 8 9]"})
	})
}

func TestBatchOfAnySize(t *testing.T) {
	got, err := collect(t, flow.Via(flow.From(source.Range(0, 5000)), operators.Batch[int](1<<40, time.Hour)), 256)
	if err != nil || len(got) != 1 || got[0].text != fmt.Sprint(upTo(5000)) {
		t.Errorf("got %d batches, error %v", len(got), err)
	}
}

// What is gathered when a run is stopped is given up, not handed on.
func TestStopGivesUpWhatIsGathered(t *testing.T) {
	why := errors.New("stop here")
	for name, op := range map[string]stage.Stage[int, []int]{
		"Batch": operators.Batch[int](100, time.Hour), "Batch without time": operators.Batch[int](100, 0), "Sliding": operators.Sliding[int](100, 1),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l ledger
				open := flow.Concat(l.tracked(upTo(10), 3, demand.ErrCompleted), timeline(nil))
				r, got, err := start(t, flow.Via(open, op), 1)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if err := r.Stop(why); !errors.Is(err, why) {
					t.Errorf("stopped with %v", err)
				}
				if len(*got) > 0 {
					t.Errorf("after Stop came %v", *got)
				}
				l.check(t, 0)
				for _, s := range r.Snapshot().Stages {
					if s.Discarded > 0 && s.Discarded != 10 {
						t.Errorf("%s discarded %d of 10", s.Name, s.Discarded)
					}
				}
			})
		})
	}
}
