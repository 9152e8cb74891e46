package operators_test

import (
	"errors"
	"fmt"
	"slices"
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

func keepAlive(d time.Duration, opts ...stage.Option) stage.Stage[int, int] {
	return operators.KeepAlive(d, func() int { return -1 }, opts...)
}

func TestMarblesOfKeepAlive(t *testing.T) {
	alive := func() stage.Stage[string, string] {
		return operators.KeepAlive(3*time.Millisecond, func() string { return "k" })
	}
	stagetest.Marbles(t, alive,
		"-a-b-------c-|",
		"-a-b--k--k-c-|")
	// What comes at the very moment is passed on, and nothing inserted.
	stagetest.Marbles(t, alive,
		"a--b---c-#",
		"a--b--kc-#")
	// None is missing before the first element, and none comes behind the end.
	stagetest.Marbles(t, alive,
		"-----a-|",
		"---k-a-|")
	// Nobody asks, nothing is inserted; then one at once, and what is at hand first.
	stagetest.Marbles(t, alive,
		"a---------------b-|",
		"a----------k--k-b-|", stagetest.Demand("1----------*"))
	stagetest.Marbles(t, alive,
		"a----bc-----------|",
		"a----------bc--k--|", stagetest.Demand("1----------1*"))
}

func TestKeepAlive(t *testing.T) {
	for _, window := range []int{1, 7} {
		for _, link := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				f := timeline(demand.ErrCompleted, 0, 0, 250*ms, 300*ms)
				if link {
					f = f.Via(operators.Async[int](4))
				}
				got, err := watch(t, f.Via(keepAlive(100*ms)), 0, stage.Window(window, window))
				if err != nil {
					t.Fatal(err)
				}
				wantMoments(t, got, moment{0, "0"}, moment{0, "1"}, moment{100 * ms, "-1"}, moment{200 * ms, "-1"}, moment{250 * ms, "2"}, moment{300 * ms, "3"})
			})
		}
	}
}

// A source that blocks gets a goroutine of its own.
func TestKeepAliveBesideAReadThatBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		f := sleepers(time.Hour).Via(keepAlive(time.Minute)).Via(operators.Take[int](4))
		got, err := flow.Collect(t.Context(), f)
		if err != nil || !slices.Contains(got, -1) || time.Since(begun) > time.Hour {
			t.Errorf("got %v after %s, error %v", got, time.Since(begun), err)
		}
	})
}

// A merge asks without waiting, and is woken when an element is due; a batch asks
// for a while.
func TestKeepAliveHeedsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []string
		begun := time.Now()
		f := flow.Merge(timeline(demand.ErrCompleted, 250*ms).Via(keepAlive(100*ms)), timeline(demand.ErrCompleted, 30*ms))
		err := f.To(sink.ForEach(func(v int) error {
			at = append(at, fmt.Sprint(v, "@", time.Since(begun)))
			return nil
		})).Run(t.Context())
		if err != nil || fmt.Sprint(at) != "[0@30ms -1@100ms -1@200ms 0@250ms]" {
			t.Errorf("got %v, error %v", at, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		f := timeline(demand.ErrCompleted, 0, 250*ms).Via(keepAlive(100 * ms))
		got, err := watch(t, flow.Via(f, operators.Batch[int](10, 30*ms)), 0)
		if err != nil {
			t.Fatal(err)
		}
		wantMoments(t, got, moment{30 * ms, "[0]"}, moment{130 * ms, "[-1]"}, moment{230 * ms, "[-1]"}, moment{250 * ms, "[1]"})
	})
}

func TestEndsOfKeepAlive(t *testing.T) {
	why := errors.New("stop here")
	for _, drains := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			r, got, err := start(t, timeline(nil, 0).Via(keepAlive(time.Minute)), 7)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(150 * time.Second)
			if drains {
				err = r.Drain(t.Context())
			} else if err = r.Stop(why); errors.Is(err, why) {
				err = nil
			}
			if err != nil || time.Since(begun) != 150*time.Second || fmt.Sprint(*got) != "[0(0) -1(0) -1(0)]" {
				t.Errorf("ended with %v after %s and %v", err, time.Since(begun), *got)
			}
		})
	}
}

// An inserted element is of no read: what passed before keeps its own lineage.
func TestKeepAliveKeepsAccount(t *testing.T) {
	for _, window := range []int{1, 1024} {
		var l ledger
		got, err := collect(t, l.tracked(upTo(20), 3, demand.ErrCompleted).Via(keepAlive(time.Hour)), window)
		if err != nil || len(got) != 20 || got[19].record != 20 {
			t.Errorf("got %v, error %v", got, err)
		}
		l.check(t, 20)
	}
}

func TestRulesOfKeepAlive(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	t.Run("none is missing", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] { return keepAlive(time.Hour) }, samples, stagetest.Want(samples...))
	})
	for _, d := range []time.Duration{ms, 3 * ms, 10 * ms} {
		t.Run(fmt.Sprint("each ", d), func(t *testing.T) {
			came := func(outs []int) any { return slices.DeleteFunc(slices.Clone(outs), func(v int) bool { return v < 0 }) }
			stagetest.Rules(t, func() stage.Stage[int, int] { return keepAlive(d) }, samples, stagetest.By(came), stagetest.ReleasesEarly())
		})
	}
}
