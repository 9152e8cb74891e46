package operators_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func self[T any](v T) T { return v }

func TestMarblesOfDedupe(t *testing.T) {
	dedupe := func() stage.Stage[string, string] { return operators.Dedupe(7*time.Millisecond, 2, self[string]) }
	// It passes again when its time is over, counted from the one that passed.
	stagetest.Marbles(t, dedupe,
		"-a-a-b-a-a-a-|",
		"-a---b---a---|")
	stagetest.Marbles(t, dedupe,
		"a-a---a-a-#",
		"a-------a-#")
	stagetest.Marbles(t, dedupe,
		"(aab)-a-|",
		"(ab) ---|")
}

// Of more keys than it may hold the oldest is forgotten.
func TestDedupeForgetsTheOldest(t *testing.T) {
	in := []int{1, 2, 1, 3, 2, 1, 2, 3}
	// 3 takes the place of 1, 1 that of 2, 2 that of 3, 3 that of 1.
	want := []int{1, 2, 3, 1, 2, 3}
	got, err := flow.Collect(t.Context(), flow.From(source.Slice(in)).Via(operators.Dedupe(time.Hour, 2, self[int])))
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v, error %v", got, want, err)
	}
}

func TestDedupeCountsDrops(t *testing.T) {
	for _, window := range []int{1, 1024} {
		f := flow.From(source.Range(0, 5000)).Via(operators.Dedupe(time.Hour, 100, func(v int) int { return v % 7 }, stage.Name("d")))
		r, got, err := start(t, f, window)
		if err == nil {
			err = r.Wait()
		}
		if err != nil || len(*got) != 7 {
			t.Fatalf("got %v, error %v", *got, err)
		}
		if s, _ := r.Snapshot().Stage("d"); s.In != 5000 || s.Out != 7 || s.Dropped[operators.ReasonDuplicate] != 4993 {
			t.Errorf("in %d, out %d, dropped %v", s.In, s.Out, s.Dropped)
		}
	}
}

// A slow key function ends early, and each element is judged once.
func TestDedupeHurries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := func(v int) int { time.Sleep(10 * ms); return v % 20 }
		got, err := watch(t, flow.From(source.Range(0, 60)).Via(operators.Dedupe(time.Hour, 100, key)), 0, stage.Window(64, 64))
		if err != nil || len(got) != 20 || got[0].at > 100*ms {
			t.Errorf("got %v, error %v", got, err)
		}
	})
}

// Many keys whose time is over at once are forgotten in no time: each is looked
// at once.
func TestDedupeOfManyKeys(t *testing.T) {
	const n = 300_000
	got, err := flow.Fold(t.Context(), flow.From(source.Range(0, 2*n)).
		Via(operators.Dedupe(time.Nanosecond, n, self[int])), 0, func(a, _ int) int { return a + 1 })
	if err != nil || got != 2*n {
		t.Errorf("%d passed, error %v", got, err)
	}
}

func TestDedupeKeepsAccount(t *testing.T) {
	for _, window := range []int{1, 1024} {
		var l ledger
		got, err := collect(t, l.tracked([]int{1, 1, 2, 1, 3, 3, 3, 3, 2}, 2, demand.ErrCompleted).Via(operators.Dedupe(time.Hour, 10, self[int])), window)
		if err != nil || fmt.Sprint(got) != "[1(1) 2(3) 3(5)]" {
			t.Errorf("got %v, error %v", got, err)
		}
		l.check(t, 9)
	}
}

func TestRulesOfDedupe(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	t.Run("all differ", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] { return operators.Dedupe(time.Minute, 100, self[int]) }, samples, stagetest.Want(samples...))
	})
	t.Run("some are dropped", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return operators.Dedupe(time.Hour, 100, func(v int) int { return v / 4 })
		}, samples, stagetest.Want(0, 5, 9, 12))
	})
}
