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
	"github.com/weir-go/weir/stage/stagetest"
)

func pressed(d time.Duration) stage.Stage[int, int] { return operators.BackpressureTimeout[int](d) }

func TestMarblesOfBackpressureTimeout(t *testing.T) {
	timeout := func() stage.Stage[string, string] { return operators.BackpressureTimeout[string](7 * time.Millisecond) }
	stagetest.Marbles(t, timeout,
		"a-b-c-d-----e-|",
		"a-b-----c-------#", stagetest.Demand("1-1-----1-------1"), stagetest.FailsWith(operators.ErrTimeout))
	// Upstream may take its time.
	stagetest.Marbles(t, timeout,
		"a--------b-------#",
		"a--------b-------#")
}

func TestBackpressureTimeout(t *testing.T) {
	five := func() flow.Flow[int] { return flow.From(source.Range(0, 5)) }
	for what, c := range map[string]struct {
		f      flow.Flow[int]
		slow   time.Duration // of the sink
		window int
		n      int
		ends   time.Duration
		ok     bool
	}{
		"a quick sink":                        {five().Via(pressed(100 * ms)), 99 * ms, 1, 5, 495 * ms, true},
		"a slow sink":                         {five().Via(pressed(100 * ms)), 100 * ms, 1, 1, 100 * ms, false},
		"a sink slow for all of an answer":    {five().Via(pressed(100 * ms)), 30 * ms, 5, 5, 150 * ms, false},
		"a slow source":                       {timeline(demand.ErrCompleted, 0, time.Second, time.Hour).Via(pressed(100 * ms)), 0, 7, 3, time.Hour, true},
		"a first request that is late":        {five().Via(pressed(100 * ms)).Via(operators.InitialDelay[int](time.Second)), 0, 7, 5, time.Second, true},
		"a rate that is high enough":          {five().Via(pressed(100 * ms)).Via(operators.Throttle[int](1, 99*ms)), 0, 7, 5, 495 * ms, true},
		"a rate that is too low":              {five().Via(pressed(100 * ms)).Via(operators.Throttle[int](1, 150*ms)), 0, 7, 1, 150 * ms, false},
		"a link with room":                    {five().Via(pressed(100 * ms)).Via(operators.Async[int](8)), time.Second, 1, 5, 5 * time.Second, true},
		"a link without room":                 {five().Via(pressed(100 * ms)).Via(operators.Async[int](1)), time.Second, 1, 2, 2 * time.Second, false},
		"asked without an answer, and anew":   {flow.Merge(timeline(demand.ErrCompleted, time.Second, 2*time.Second).Via(pressed(100*ms)), timeline(demand.ErrCompleted, 0, 30*ms)), 0, 7, 4, 2 * time.Second, true},
		"asked for a while and then no more":  {flow.Via(flow.Via(timeline(demand.ErrCompleted, 0, 400*ms).Via(pressed(100*ms)), operators.Batch[int](9, 30*ms)), operators.Unbatch[int]()), 90 * ms, 1, 2, 490 * ms, true},
		"recovered from like any other error": {five().Via(pressed(100 * ms)).Via(operators.Recover(func(err error) (int, bool) { return -1, errors.Is(err, operators.ErrTimeout) })), 150 * ms, 1, 2, 300 * ms, true},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				got, err := watch(t, c.f, c.slow, stage.Window(c.window, c.window))
				if errors.Is(err, operators.ErrTimeout) == c.ok || c.ok && err != nil || len(got) != c.n || time.Since(begun) != c.ends {
					t.Errorf("got %v after %s, error %v", got, time.Since(begun), err)
				}
			})
		})
	}
}

// The error names the stage and both times, upstream is asked for nothing more
// and hears of the end.
func TestBackpressureTimeoutCancelsUpstream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l ledger
		var why error
		f := l.tracked(upTo(10), 2, demand.ErrCompleted).Via(operators.DoOnCancel[int](func(cause error) { why = cause }))
		n := 0
		err := f.Via(operators.BackpressureTimeout[int](time.Second, stage.Name("limit"))).To(sink.ForEach(func(int) error {
			if n++; n == 4 {
				time.Sleep(time.Minute)
			}
			return nil
		}, stage.Window(2, 2))).Run(t.Context())
		if want := `weir: stage "limit": weir: timeout: downstream asked for nothing for 1m0s, with 1s as the limit`; err == nil || err.Error() != want || n != 4 {
			t.Errorf("after %d elements: %v", n, err)
		}
		if !errors.Is(why, operators.ErrTimeout) {
			t.Errorf("upstream was cancelled with %v", why)
		}
		l.once(t, 4)
	})
}

// A run that is stopped while downstream is late ends with its cause.
func TestStopOfBackpressureTimeout(t *testing.T) {
	why := errors.New("stop here")
	synctest.Test(t, func(t *testing.T) {
		r, err := flow.From(source.Range(0, 10)).Via(pressed(ms)).To(sink.ForEach(func(int) error {
			time.Sleep(time.Minute)
			return nil
		})).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := r.Stop(why); !errors.Is(err, why) {
			t.Errorf("stopped with %v", err)
		}
	})
}

func TestRulesOfBackpressureTimeout(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for _, d := range []time.Duration{time.Minute, ms} { // the rules ask again at once
		t.Run(fmt.Sprint(d), func(t *testing.T) {
			stagetest.Rules(t, func() stage.Stage[int, int] { return pressed(d) }, samples, stagetest.Want(samples...))
		})
	}
}
