package operators_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// sessions gathers elements until one is 0, and then emits them.
func sessions() stage.Stage[int, int] {
	return operators.StatefulMap(func() []int { return nil }, func(open []int, v int) ([]int, []int) {
		if v == 0 {
			return nil, open
		}
		return append(open, v), nil
	}, func(open []int) []int { return open })
}

func TestStatefulMap(t *testing.T) {
	stagetest.Rules(t, sessions, []int{4, 5, 0, 6, 0, 0, 1, 2, 3, 7}, stagetest.Want(4, 5, 6, 1, 2, 3, 7), stagetest.ReleasesEarly())
	count := func(n, v int) (int, []int) { return n + 1, []int{n * v} }
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.StatefulMap(func() int { return 2 }, count, nil) },
		[]int{0, 1, 2, 3, 4, 5}, stagetest.Want(0, 3, 8, 15, 24, 35))
	wantMistake(t, operators.StatefulMap(nil, count, nil), "init function must not be nil")
	wantMistake(t, operators.StatefulMap[int, int, int](func() int { return 0 }, nil, nil), "function must not be nil")
}

// What is left comes before the error, and each run has a state of its own.
func TestStatefulMapFlushes(t *testing.T) {
	f := flow.From(source.Slice([]int{1, 2, 0, 3, 4})).Via(sessions())
	for range 2 {
		if got, err := flow.Collect(t.Context(), f); err != nil || !slices.Equal(got, []int{1, 2, 3, 4}) {
			t.Errorf("got %v, error %v", got, err)
		}
	}
	for _, window := range []int{1, 256} {
		var l ledger
		got, err := collect(t, l.tracked([]int{1, 2, 0, 3, 4}, 2, errSource).Via(sessions()), window)
		if !errors.Is(err, errSource) || len(got) != 4 || got[0].record != 3 || got[3].record != 0 {
			t.Errorf("got %v, error %v", got, err)
		}
		l.check(t, 5)
	}
	never := operators.StatefulMap(func() int { return 7 }, func(s, v int) (int, []int) { return s, nil }, func(s int) []int { return []int{s} })
	var l ledger
	if got, err := collect(t, l.tracked(nil, 1, demand.ErrCompleted).Via(never), 1); err != nil || len(got) != 1 || got[0].text != "7" {
		t.Errorf("of no elements: got %v, error %v", got, err)
	}
}
