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

func TestTakeFor(t *testing.T) {
	for name, f := range map[string]flow.Flow[int]{
		"fused":                timeline(nil, 0, 99*ms, 100*ms),
		"silence":              timeline(nil, 0, 99*ms),
		"behind a link":        timeline(nil, 0, 99*ms, 100*ms).Via(operators.Async[int](4)),
		"a source that sleeps": sleepers(time.Hour),
	} {
		for _, window := range []int{1, 7} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					begun := time.Now()
					got, err := watch(t, f.Via(operators.TakeFor[int](100*ms)), 0, stage.Window(window, window))
					if err != nil || len(got) != 2 && name != "a source that sleeps" || len(got) == 0 || time.Since(begun) != 100*ms {
						t.Errorf("got %v after %s, error %v", got, time.Since(begun), err)
					}
				})
			})
		}
	}
}

func TestSkipFor(t *testing.T) {
	for _, window := range []int{1, 7} {
		synctest.Test(t, func(t *testing.T) {
			f := timeline(demand.ErrCompleted, 0, 10*ms, 99*ms, 100*ms, 200*ms)
			got, err := watch(t, f.Via(operators.SkipFor[int](100*ms)), 0, stage.Window(window, window))
			if err != nil {
				t.Fatal(err)
			}
			wantMoments(t, got, moment{100 * ms, "3"}, moment{200 * ms, "4"})
		})
	}
}

// A merge asks without waiting.
func TestTakeForHeedsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, n := time.Now(), 0
		f := timeline(nil, 0, 10*ms, 300*ms).Via(operators.TakeFor[int](100 * ms))
		g := timeline(nil, 0).Via(operators.TakeFor[int](200 * ms))
		err := flow.Merge(f, g).To(sink.ForEach(func(int) error { n++; return nil })).Run(t.Context())
		if err != nil || n != 3 || time.Since(begun) != 200*ms {
			t.Errorf("%d elements in %s, error %v", n, time.Since(begun), err)
		}
	})
}

// What comes too late as upstream was at work is given up.
func TestTakeForGivesUpWhatIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l ledger
		f := l.tracked(upTo(9), 3, demand.ErrCompleted).Via(operators.Peek(func(v int) {
			if v == 4 {
				time.Sleep(time.Second)
			}
		})).Via(operators.TakeFor[int](100*ms, stage.Name("for")))
		r, got, err := start(t, f, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Wait(); err != nil || fmt.Sprint(*got) != "[0(1) 1(2) 2(3) 3(4)]" {
			t.Errorf("got %v, error %v", *got, err)
		}
		l.check(t, 4)
		if s, _ := r.Snapshot().Stage("for"); s.In != 5 || s.Out != 4 || s.Discarded != 1 {
			t.Errorf("in %d, out %d, discarded %d", s.In, s.Out, s.Discarded)
		}
	})
}

func TestEndsOfTakeFor(t *testing.T) {
	why := errors.New("stop here")
	for name, op := range map[string]stage.Stage[int, int]{"TakeFor": operators.TakeFor[int](time.Hour), "SkipFor": operators.SkipFor[int](time.Hour)} {
		for _, drains := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				r, _, err := start(t, timeline(nil, 0, time.Second).Via(op), 7)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if drains {
					err = r.Drain(t.Context())
				} else if err = r.Stop(why); errors.Is(err, why) {
					err = nil
				}
				if err != nil || time.Since(begun) != time.Minute {
					t.Errorf("%s ended with %v after %s", name, err, time.Since(begun))
				}
			})
		}
	}
}

func TestRulesOfTakeFor(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	t.Run("TakeFor", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] { return operators.TakeFor[int](time.Minute) }, samples, stagetest.Want(samples...))
	})
	t.Run("TakeFor that ends", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] { return operators.TakeFor[int](25 * ms) }, samples, stagetest.By(func([]int) any { return nil }))
	})
	t.Run("SkipFor", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] { return operators.SkipFor[int](25 * ms) }, samples, stagetest.By(func([]int) any { return nil }))
	})
}

func TestMistakesInTakeFor(t *testing.T) {
	for _, s := range []stage.Stage[int, int]{operators.TakeFor[int](0), operators.SkipFor[int](0)} {
		if err := s.Meta().Err; err == nil || err.Error() != "time must be positive, is 0s" {
			t.Errorf("got %v", err)
		}
	}
}
