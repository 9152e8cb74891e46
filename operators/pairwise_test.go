package operators_test

import (
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestPairwise(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[int, [2]int] { return operators.Pairwise[int]() },
		[]int{4, 0, 5, 5, 6}, stagetest.Want([2]int{4, 0}, [2]int{0, 5}, [2]int{5, 5}, [2]int{5, 6}))
}

// The last element would be in another pair, and is given up by an error.
func TestPairwiseKeepsAccount(t *testing.T) {
	for _, window := range []int{1, 256} {
		for n := range 5 {
			var l ledger
			got, err := collect(t, flow.Via(l.tracked(upTo(n), 1, demand.ErrCompleted), operators.Pairwise[int]()), window)
			if err != nil || len(got) != max(0, n-1) {
				t.Errorf("of %d elements: got %v, error %v", n, got, err)
			}
			l.check(t, n)
		}
		var l ledger
		got, err := collect(t, flow.Via(l.tracked(upTo(4), 1, errSource), operators.Pairwise[int]()), window)
		if err == nil || len(got) != 3 {
			t.Errorf("got %v, error %v", got, err)
		}
		l.check(t, 3)
	}
}
