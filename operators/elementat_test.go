package operators_test

import (
	"slices"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestFirst(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.First[int]() },
		[]int{4, 0, 5, 6, 7}, stagetest.Want(4))
}

func TestElementAt(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.ElementAt[int](3) },
		[]int{4, 0, 5, 6, 7, 8, 9}, stagetest.Want(6))
}

func TestElementAtOfAShortStream(t *testing.T) {
	for _, n := range []int{0, 3} {
		got, err := flow.Collect(t.Context(), flow.From(source.Range(0, n)).Via(operators.ElementAt[int](3)))
		if err != nil || len(got) != 0 {
			t.Errorf("of %d elements: got %v, error %v", n, got, err)
		}
	}
	got, err := flow.Collect(t.Context(), flow.From(source.Range(0, 10_000)).Via(operators.ElementAt[int](5000)))
	if err != nil || !slices.Equal(got, []int{5000}) {
		t.Errorf("got %v, error %v", got, err)
	}
}

// Only what comes up to the element is read and handled.
func TestElementAtKeepsAccount(t *testing.T) {
	c := stagetest.NewCommitting(t, upTo(20), 2)
	got, err := flow.Collect(t.Context(), flow.From(c).Via(operators.ElementAt[int](5)))
	if err != nil || !slices.Equal(got, []int{5}) {
		t.Errorf("got %v, error %v", got, err)
	}
	c.ExpectCommitted(6)
}

func TestElementAtWantsANumber(t *testing.T) {
	wantMistake(t, operators.ElementAt[int](-1), "number of the element must not be negative, is -1")
}
