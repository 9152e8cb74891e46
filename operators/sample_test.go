package operators_test

import (
	"math"
	"slices"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestEveryNth(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.EveryNth[int](3) },
		[]int{4, 0, 5, 6, 7, 1, 2, 9}, stagetest.Want(5, 1))
	wantMistake(t, operators.EveryNth[int](0), "number of elements must be at least 1, is 0")
}

func TestSampleShare(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.SampleShare[int](0.5, 7) }, upTo(12))
	sample := func(share float64, seed uint64) []int {
		got, err := flow.Collect(t.Context(), flow.From(source.Range(0, 10_000)).Via(operators.SampleShare[int](share, seed)))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if a, b, c := sample(0.1, 1), sample(0.1, 1), sample(0.1, 2); !slices.Equal(a, b) || slices.Equal(a, c) || len(a) < 800 || len(a) > 1200 {
		t.Errorf("a tenth of 10000 is %d, %d with the same seed, %d with another", len(a), len(b), len(c))
	}
	if a, b := sample(0.5, 0), sample(0.5, 0); slices.Equal(a, b) {
		t.Error("seed 0 chose the same twice")
	}
	if none, all := sample(0, 0), sample(1, 0); len(none) != 0 || len(all) != 10_000 {
		t.Errorf("none is %d, all are %d", len(none), len(all))
	}
	wantMistake(t, operators.SampleShare[int](-0.5, 0), "share must be from 0 to 1, is -0.5")
	wantMistake(t, operators.SampleShare[int](math.NaN(), 0), "share must be from 0 to 1, is NaN")
}
