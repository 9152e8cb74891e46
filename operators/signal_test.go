package operators_test

import (
	"context"
	"errors"
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

var errKilled = errors.New("killed")

func TestRulesOfSignals(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	var ks operators.KillSwitch
	var v operators.Valve
	t.Run("Kill", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] { return operators.Kill[int](&ks) }, samples, stagetest.Want(samples...))
	})
	t.Run("Gate", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] { return operators.Gate[int](&v) }, samples, stagetest.Want(samples...))
	})
	if err := metaErr(operators.Kill[int](nil)); err == nil || err.Error() != "switch must not be nil" {
		t.Error(err)
	}
	if err := metaErr(operators.Gate[int](nil)); err == nil || err.Error() != "valve must not be nil" {
		t.Error(err)
	}
}

// One switch ends several streams whose sources are silent, blocking or not.
func TestKillSwitchEndsSilentStreams(t *testing.T) {
	for _, abort := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var ks operators.KillSwitch
			blocks := source.Func(func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
			var running []*flow.Running
			for _, f := range []flow.Flow[int]{
				flow.From(stagetest.NewSource[int](t)), flow.From(blocks), flow.From(source.Chan(make(chan int))), flow.From(source.Queue[int](3, demand.Block)),
			} {
				r, err := f.Via(operators.Kill[int](&ks)).To(sink.Discard[int]()).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				running = append(running, r)
			}
			time.Sleep(time.Minute)
			start := time.Now()
			var want error
			if abort {
				want = errKilled
				ks.Abort(errKilled)
			}
			ks.Shutdown() // the first one counts
			for _, r := range running {
				if err := r.Wait(); !errors.Is(err, want) || time.Since(start) != 0 {
					t.Errorf("ended after %s with %v, want %v", time.Since(start), err, want)
				}
			}
			late := flow.From(source.Range(0, 3)).Via(operators.Kill[int](&ks))
			if got, err := flow.Collect(t.Context(), late); len(got) != 0 || !errors.Is(err, want) {
				t.Errorf("a late stream gave %v, %v", got, err)
			}
		})
	}
}

// It ends a stream that is busy above and lets nothing through, and one in full flow.
func TestKillSwitchEndsBusyStreams(t *testing.T) {
	for name, keep := range map[string]bool{"nothing passes": false, "all pass": true} {
		var ks operators.KillSwitch
		n := 0
		f := flow.From(source.Range(0, 1<<60)).Via(operators.Filter(func(int) bool {
			if n++; n == 1_000_000 {
				ks.Abort(nil)
			}
			return keep
		}))
		if err := f.Via(operators.Kill[int](&ks)).To(sink.Discard[int]()).Run(t.Context()); !errors.Is(err, operators.ErrAborted) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// What passed a switch is done, what did not is given up.
func TestKillSwitchKeepsTheBooks(t *testing.T) {
	for _, window := range []int{1, 7, 256} {
		var l ledger
		var ks operators.KillSwitch
		f := l.tracked(upTo(100), 4, demand.ErrCompleted).Via(operators.Kill[int](&ks)).Via(operators.Peek(func(v int) {
			if v == 13 {
				ks.Shutdown()
			}
		}))
		got, err := collect(t, f, window)
		if err != nil || len(got) < 14 || len(got) > 16 || !slices.Equal(got, same(upTo(len(got)))) {
			t.Errorf("window %d: got %v, error %v", window, got, err)
		}
		l.check(t, len(got))
	}
}

func TestValve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var v operators.Valve
		src := stagetest.NewSource[int](t)
		var got []int
		r, err := flow.From(src).Via(operators.Gate[int](&v)).To(sink.ForEach(func(v int) error { got = append(got, v); return nil })).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		pass := func(want ...int) {
			t.Helper()
			synctest.Wait()
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		}
		src.Send(1, 2)
		pass(1, 2)
		v.Pause()
		done := make(chan bool)
		go func() { src.Send(3); close(done) }()
		time.Sleep(time.Second)
		if pass(1, 2); v.IsOpen() {
			t.Error("it is open")
		}
		v.Resume()
		<-done
		if pass(1, 2, 3); !v.IsOpen() {
			t.Error("it is paused")
		}
		v.Pause()
		src.Complete()
		time.Sleep(time.Second)
		select {
		case <-r.Done():
			t.Error("it ended while paused")
		default:
		}
		v.Resume()
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// A run with a paused valve can be drained and stopped.
func TestPausedValveEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, drain := range []bool{true, false} {
			var v operators.Valve
			v.Pause()
			q := source.Queue[int](9, demand.Block)
			var got []int
			r, err := flow.From(q).Via(operators.Gate[int](&v)).To(sink.Slice(&got)).Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_ = q.Offer(t.Context(), 1)
			time.Sleep(time.Second)
			if drain {
				if err := r.Drain(t.Context()); err != nil || !slices.Equal(got, []int{1}) {
					t.Errorf("drained %v, %v", got, err)
				}
			} else if err := r.Stop(errKilled); !errors.Is(err, errKilled) || len(got) > 0 {
				t.Errorf("stopped with %v, %v", got, err)
			}
		}
	})
}

// A batch below that is bounded by time is handed on in time, while the valve is paused.
func TestPausedValveBelowABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var v operators.Valve
		src := stagetest.NewSource[int](t)
		var got [][]int
		f := flow.Via(flow.From(src).Via(operators.Gate[int](&v)), operators.Batch[int](100, time.Second))
		r, err := f.To(sink.ForEach(func(v []int) error { got = append(got, v); return nil })).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		src.Send(1, 2)
		v.Pause()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(got) != 1 || len(got[0]) != 2 {
			t.Errorf("got %v", got)
		}
		if err := r.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
