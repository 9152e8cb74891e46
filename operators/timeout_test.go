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
)

func wantTimeout(t *testing.T, err error) {
	t.Helper()
	var at *stage.Error
	if !errors.Is(err, operators.ErrTimeout) || !errors.As(err, &at) || at.Stage != "timeout" {
		t.Errorf("got error %v, want a timeout", err)
	}
}

func TestTimeout(t *testing.T) {
	for name, c := range map[string]struct {
		in   flow.Flow[int]
		n    int
		ends time.Duration
	}{
		"no first element":     {timeline(nil), 0, 100 * ms},
		"silence in between":   {timeline(nil, 0, 90*ms, 180*ms, 281*ms), 3, 280 * ms},
		"just in time":         {timeline(nil, 0, 99*ms, 198*ms, 297*ms), 4, 397 * ms},
		"behind a link":        {timeline(nil, 0, 90*ms, 180*ms, 281*ms).Via(operators.Async[int](3)), 3, 280 * ms},
		"behind a batch":       {flow.Via(flow.Via(timeline(nil, 0, 90*ms), operators.Batch[int](3, 50*ms)), operators.Unbatch[int]()), 2, 240 * ms},
		"a source that sleeps": {sleepers(time.Hour), 1, 100 * ms},
	} {
		for _, window := range []int{1, 7} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					begun := time.Now()
					got, err := watch(t, c.in.Via(operators.Timeout[int](100*ms)), 0, stage.Window(window, window))
					wantTimeout(t, err)
					if len(got) != c.n || time.Since(begun) != c.ends {
						t.Errorf("failed after %s and %d elements, want %s and %d", time.Since(begun), len(got), c.ends, c.n)
					}
				})
			})
		}
	}
	t.Run("the end is no timeout", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			got, err := watch(t, timeline(demand.ErrCompleted, 0, 50*ms).Via(operators.Timeout[int](100*ms)), 0)
			if err != nil || len(got) != 2 {
				t.Errorf("got %v, error %v", got, err)
			}
		})
	})
}

// sleepers returns a source that blocks in its reads, which only the end of the
// run interrupts: it gives one element, and the next one after d.
func sleepers(d time.Duration) flow.Flow[int] {
	m := stage.Meta{Kind: "sleeper", Blocking: true}
	return flow.From(stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[int] {
		n := 0
		return pullFunc(func(dst *demand.Chunk[int]) error {
			if n++; n > 1 {
				select {
				case <-time.After(d):
				case <-rt.Reads().Done():
					return rt.Reads().Err()
				}
			}
			dst.Append(n)
			return nil
		})
	}))
}

// The clock stands still while downstream is busy.
func TestTimeoutDoesNotCountSlowConsumers(t *testing.T) {
	for _, window := range []int{1, 7} {
		synctest.Test(t, func(t *testing.T) {
			in := timeline(demand.ErrCompleted, every(90*ms, 5)...).Via(operators.Async[int](10))
			got, err := watch(t, in.Via(operators.Timeout[int](100*ms)), time.Second, stage.Window(window, window))
			if err != nil || len(got) != 5 {
				t.Errorf("got %v, error %v", got, err)
			}
		})
	}
}

// The clock goes on where the patience of who asks ends before the time is over.
func TestTimeoutAddsUpWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := timeline(nil, 0, 10*ms).Via(operators.Timeout[int](100 * ms))
		got, err := watch(t, flow.Via(f, operators.Batch[int](10, 30*ms)), 0)
		wantTimeout(t, err)
		wantMoments(t, got, moment{30 * ms, "[0 1]"})
		// 20 ms were over when the batch went.
	})
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		f := timeline(nil, 0, 10*ms).Via(operators.Timeout[int](100 * ms))
		err := flow.Via(f, operators.Batch[int](10, 30*ms)).To(sink.ForEach(func([]int) error {
			time.Sleep(time.Second) // is no wait for an element
			return nil
		})).Run(t.Context())
		wantTimeout(t, err)
		if d := time.Since(begun); d != 1110*ms {
			t.Errorf("failed after %s, want 30 ms for the batch, 1 s at the sink, and 80 ms that were left", d)
		}
	})
}

func TestTimeoutIsRecovered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := timeline(nil, 0, 10*ms).Via(operators.Timeout[int](100 * ms))
		f = f.Via(operators.Recover(func(err error) (int, bool) { return -1, errors.Is(err, operators.ErrTimeout) }))
		got, err := watch(t, f, 0)
		if err != nil {
			t.Fatal(err)
		}
		wantMoments(t, got, moment{0, "0"}, moment{10 * ms, "1"}, moment{110 * ms, "-1"})
	})
}

// A batch below waits a while, gives up and asks again. Its waits for one element
// add up, those for different elements don't.
func TestTimeoutStartsAnewWithEachElement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := timeline(demand.ErrCompleted, 0, 80*ms, 160*ms, 240*ms, 320*ms).Via(operators.Timeout[int](100 * ms))
		got, err := watch(t, flow.Via(flow.Via(f, operators.Batch[int](3, 60*ms)), operators.Unbatch[int]()), 0)
		if err != nil || len(got) != 5 {
			t.Errorf("got %v, error %v", got, err)
		}
	})
}
