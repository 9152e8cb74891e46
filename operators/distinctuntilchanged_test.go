package operators_test

import (
	"math"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestDistinctUntilChanged(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.DistinctUntilChanged[int]() },
		[]int{0, 0, 1, 1, 1, 0, 2, 3, 3, 4, 4, 0}, stagetest.Want(0, 1, 0, 2, 3, 4, 0))
}

func TestDistinctUntilChangedBy(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[int, int] {
		return operators.DistinctUntilChangedBy(func(v int) int { return v / 10 })
	}, []int{1, 5, 0, 12, 19, 3, 33, 38, 31, 40, 49, 2}, stagetest.Want(1, 12, 3, 33, 40, 2))
}

// A run of equal elements counts as handled with its first.
func TestDistinctUntilChangedKeepsAccount(t *testing.T) {
	c := stagetest.NewCommitting(t, []int{1, 1, 1, 2, 2, 2, 2}, 2)
	got, err := flow.Collect(t.Context(), flow.From(c).Via(operators.DistinctUntilChanged[int]()))
	if err != nil || len(got) != 2 {
		t.Errorf("got %v, error %v", got, err)
	}
	c.ExpectCommitted(7)
}

func TestDistinctUntilChangedOfNaN(t *testing.T) {
	in := []float64{0, 0, math.NaN(), math.NaN(), 0, 0}
	got, err := flow.Collect(t.Context(), flow.From(source.Slice(in)).Via(operators.DistinctUntilChanged[float64]()))
	if err != nil || len(got) != 4 {
		t.Errorf("got %v, error %v", got, err)
	}
}

func TestDistinctUntilChangedByWantsAFunction(t *testing.T) {
	wantMistake(t, operators.DistinctUntilChangedBy[int, int](nil), "function must not be nil")
}

// wantMistake wants a stage to be a mistake in a blueprint.
func wantMistake[In, Out any](t *testing.T, s stage.Stage[In, Out], want string) {
	t.Helper()
	if err := s.Meta().Err; err == nil || err.Error() != want {
		t.Errorf("want the mistake %q, got %v", want, err)
	}
}
