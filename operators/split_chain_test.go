package operators_test

import (
	"slices"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// splitLinks are links of a random chain that divide their elements by key.
func splitLinks(n, m int) []link {
	n, m = max(n, 1), max(m, 1)
	key := func(v int) int { return v % m }
	return []link{
		{"GroupBy as it is", operators.GroupBy(key, n, func(int) stage.Stage[int, int] {
			return operators.Map(func(v int) int { return v + 1 })
		}), oneToSome(func(v int) []int { return []int{v + 1} }), false},
		{"GroupBy that filters", operators.GroupBy(key, n, func(k int) stage.Stage[int, int] {
			return operators.Filter(func(int) bool { return k%2 == 0 })
		}), dropIf(func(v int) bool { return key(v)%2 != 0 }), false},
	}
}

func TestSplitLinks(t *testing.T) {
	for _, n := range []int{1, 2, 7} {
		for _, l := range splitLinks(n, 5) {
			in := make([]item, 50)
			values := make([]int, len(in))
			for i := range in {
				values[i] = i * i
				in[i] = item{v: i * i}
			}
			var want []int
			for _, e := range l.model(in) {
				want = append(want, e.v)
			}
			got, err := flow.Collect(t.Context(), flow.From(source.Slice(values)).Via(l.op))
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v, error %v", l.what, got, want, err)
			}
		}
	}
}
