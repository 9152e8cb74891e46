package engine_test

import (
	"context"
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

// share is how a stage should have spent its time, in seconds.
type share struct{ busy, idle, pressed float64 }

// Who works, who waits for elements and who waits for room is told apart, and
// the three add up to the time of the island.
func TestWhoWaitsForWhom(t *testing.T) {
	nap := func(d time.Duration) func(int) int { return func(v int) int { time.Sleep(d); return v } }
	const n = 50 // elements, of which each takes a second in all
	for name, c := range map[string]struct {
		f    flow.Flow[int]
		want map[string]share
	}{
		"fused: the lower one waits for elements, the upper one for demand": {
			flow.Via(flow.Via(flow.From(source.Range(0, n)), operators.Map(nap(600*time.Millisecond), stage.Name("up"))),
				operators.Map(nap(400*time.Millisecond), stage.Name("down"))),
			map[string]share{"range": {0, 0, n}, "up": {0.6 * n, 0, 0.4 * n}, "down": {0.4 * n, 0.6 * n, 0}, "discard": {0, n, 0}},
		},
		"linked: the upper one is held back": {
			flow.Via(flow.Via(flow.From(source.Range(0, n)), operators.Map(nap(250*time.Millisecond), stage.Name("up"))).Via(operators.Async[int](1)),
				operators.Map(nap(time.Second), stage.Name("down"))),
			map[string]share{"up": {0.25 * n, 0, 0.75 * n}, "down": {n, 0, 0}, "discard": {0, n, 0}},
		},
		"linked: the lower one waits": {
			flow.Via(flow.Via(flow.From(source.Range(0, n)), operators.Map(nap(time.Second), stage.Name("up"))).Via(operators.Async[int](1)),
				operators.Map(nap(250*time.Millisecond), stage.Name("down"))),
			map[string]share{"up": {n, 0, 0}, "down": {0.25 * n, 0.75 * n, 0}, "discard": {0, n, 0}},
		},
		"workers share their time": {
			flow.Via(flow.From(source.Range(0, 4*n)), operators.MapContext(func(_ context.Context, v int) (int, error) {
				time.Sleep(time.Second)
				return v, nil
			}, stage.Workers(4), stage.Name("calls"))),
			map[string]share{"calls": {n, 0, 0}, "discard": {0, n, 0}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, err := c.f.To(sink.Discard[int]()).Start(t.Context())
				if err == nil {
					err = r.Wait()
				}
				if err != nil {
					t.Fatal(err)
				}
				s := r.Snapshot()
				if d := s.Elapsed.Seconds(); d < n || d > n+2 {
					t.Errorf("the run took %.1f s", d)
				}
				for stage, want := range c.want {
					st, _ := s.Stage(stage)
					got := share{st.Busy.Seconds(), st.Idle.Seconds(), st.Backpressured.Seconds()}
					if off(got.busy, want.busy) || off(got.idle, want.idle) || off(got.pressed, want.pressed) {
						t.Errorf("%s: busy, idle, backpressured %.1f, want %.1f", stage, got, want)
					}
				}
				sums(t, s)
			})
		})
	}
}

func off(got, want float64) bool { return got < want-2.1 || got > want+2.1 }

// sums checks that the time of each stage adds up: to that of the run, or less,
// where its island ended early.
func sums(t *testing.T, s flow.Snapshot) {
	t.Helper()
	of := map[string]time.Duration{}
	for _, st := range s.Stages {
		if st.Island == "" {
			continue
		}
		sum := st.Busy + st.Idle + st.Backpressured
		if sum > s.Elapsed+time.Millisecond {
			t.Errorf("%s accounts for %s of %s", st.Name, sum, s.Elapsed)
		}
		if other, ok := of[st.Island]; ok && (sum-other).Abs() > time.Millisecond {
			t.Errorf("%s accounts for %s, another stage of island %s for %s", st.Name, sum, st.Island, other)
		}
		of[st.Island] = sum
	}
	last := s.Stages[len(s.Stages)-1] // the sink, whose island ends with the run
	if sum := last.Busy + last.Idle + last.Backpressured; (sum - s.Elapsed).Abs() > time.Millisecond {
		t.Errorf("%s accounts for %s of %s", last.Name, sum, s.Elapsed)
	}
}

// While an island sleeps its account goes on.
func TestAccountOfARunAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, snk := stagetest.NewSource[int](t), stagetest.NewSink[int](t)
		r, err := flow.From(src).Via(operators.Async[int](2)).To(snk).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		snk.Request(1)
		src.Send(1)
		snk.Expect(1)
		for range 5 {
			time.Sleep(time.Hour)
			s := r.Snapshot()
			link, _ := s.Stage("async")
			if (link.Idle-s.Elapsed).Abs() > time.Millisecond || link.Busy > time.Millisecond {
				t.Errorf("after %s the link's island was idle for %s, busy for %s", s.Elapsed, link.Idle, link.Busy)
			}
		}
		src.Send(2, 3, 4) // two for the link, one for the hand of the sink
		synctest.Wait()
		before := r.Snapshot()
		time.Sleep(time.Hour)
		after := r.Snapshot()
		a, _ := before.Stage("async")
		b, _ := after.Stage("async")
		if d := b.Idle - a.Idle + b.Backpressured - a.Backpressured; (d - time.Hour).Abs() > time.Millisecond {
			t.Errorf("in an hour its island waited for %s", d)
		}
		if err := r.Stop(demand.ErrDrained); err != demand.ErrDrained {
			t.Error(err)
		}
	})
}
