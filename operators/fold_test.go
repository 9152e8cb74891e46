package operators_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func plus(a, b int) int { return a + b }

func TestFold(t *testing.T) {
	digits := func(s string, v int) string { return fmt.Sprint(s, v) }
	stagetest.Rules(t, func() stage.Stage[int, string] { return operators.Fold(">", digits) },
		[]int{4, 0, 5, 6, 7}, stagetest.Want(">40567"), stagetest.ReleasesEarly()) // of no elements at all
	wantMistake(t, operators.Fold[int](0, nil), "function must not be nil")
}

func TestReduce(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.Reduce(func(a, v int) int { return 10*a + v }) },
		[]int{4, 0, 5, 6, 7}, stagetest.Want(40567))
	wantMistake(t, operators.Reduce[int](nil), "function must not be nil")
}

func TestFoldOfFewElements(t *testing.T) {
	for n, want := range [][2][]int{{{100}, nil}, {{103}, {3}}, {{107}, {7}}} {
		f := flow.From(source.Range(3, 3+n))
		folded, err := flow.Collect(t.Context(), f.Via(operators.Fold(100, plus)))
		if err != nil || !slices.Equal(folded, want[0]) {
			t.Errorf("Fold of %d elements: got %v, error %v", n, folded, err)
		}
		reduced, err := flow.Collect(t.Context(), f.Via(operators.Reduce(plus)))
		if err != nil || !slices.Equal(reduced, want[1]) {
			t.Errorf("Reduce of %d elements: got %v, error %v", n, reduced, err)
		}
	}
}

// All is handled with the result, and nothing without it.
func TestFoldKeepsAccount(t *testing.T) {
	for _, window := range []int{1, 256} {
		for _, per := range []int{1, 7, 1000} {
			for name, op := range map[string]stage.Stage[int, int]{"Fold": operators.Fold(0, plus), "Reduce": operators.Reduce(plus)} {
				var l ledger
				got, err := collect(t, l.tracked(upTo(50), per, demand.ErrCompleted).Via(op), window)
				if err != nil || len(got) != 1 || got[0].text != "1225" {
					t.Errorf("%s: got %v, error %v", name, got, err)
				}
				l.check(t, 50)
				l = ledger{}
				got, err = collect(t, l.tracked(upTo(50), per, errSource).Via(op), window)
				if err == nil || len(got) != 0 {
					t.Errorf("%s: before an error came %v, error %v", name, got, err)
				}
				l.check(t, 0)
			}
		}
	}
}
