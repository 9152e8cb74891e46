package operators_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

// leastRecent is the model: keys by when they were seen last.
type leastRecent struct {
	keys     []int
	capacity int
}

func (m *leastRecent) meet(k int) (seen bool) {
	if i := slices.Index(m.keys, k); i >= 0 {
		m.keys = slices.Delete(m.keys, i, i+1)
		seen = true
	}
	if m.keys = append(m.keys, k); len(m.keys) > m.capacity {
		m.keys = m.keys[1:]
	}
	return seen
}

func TestDistinctForgetsTheLeastRecentlySeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOf(rapid.IntRange(0, 20)).Draw(t, "in")
		m := leastRecent{capacity: rapid.IntRange(1, 25).Draw(t, "capacity")}
		var want []int
		for _, v := range in {
			if !m.meet(v) {
				want = append(want, v)
			}
		}
		got, err := flow.Collect(t.Context(), flow.From(source.Slice(in)).Via(operators.Distinct[int](m.capacity)))
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v with capacity %d: got %v, want %v, error %v", in, m.capacity, got, want, err)
		}
	})
}

// NaN equals nothing: it passes, and is not remembered where it could never be
// forgotten.
func TestDistinctOfNaN(t *testing.T) {
	nan := math.NaN()
	in := []float64{1, nan, 1, nan, 2, nan, 1, 2}
	got, err := flow.Collect(t.Context(), flow.From(source.Slice(in)).Via(operators.Distinct[float64](2)))
	if err != nil || len(got) != 5 || got[0] != 1 || got[3] != 2 {
		t.Errorf("got %v, error %v", got, err)
	}
}

// A blueprint may run many times: no run remembers what another has seen.
func TestStateBelongsToARun(t *testing.T) {
	f := flow.From(source.Range(0, 20)).
		Via(operators.Distinct[int](100)).
		Via(operators.Skip[int](3)).
		Via(operators.SkipWhile(below(5))).
		Via(operators.Scan(0, func(a, v int) int { return a + v })).
		Via(operators.TakeWhile(below(1000))).
		Via(operators.Take[int](4))
	for range 3 {
		got, err := flow.Collect(t.Context(), f)
		if want := []int{5, 11, 18, 26}; err != nil || !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v, error %v", got, want, err)
		}
	}
}
