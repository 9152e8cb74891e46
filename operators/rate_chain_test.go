package operators_test

import (
	"fmt"
	"iter"
	"slices"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// rateLinks are the operators that match rates, as far as what comes out does not
// depend on how quick the two sides are.
func rateLinks(n, m int) []link {
	itself := func(v int) iter.Seq[int] { return slices.Values([]int{v + m}) }
	nothing := func(int) iter.Seq[int] { return nil }
	some := func(v int) iter.Seq[int] {
		if v%m == 0 {
			return nil
		}
		return slices.Values([]int{v})
	}
	// Merging by appending keeps every element, but not its record.
	list := operators.ConflateWith(func(v int) []int { return []int{v} }, func(l []int, v int) []int { return append(l, v) })
	all := stage.Compose(list, operators.Unbatch[int]())
	forget := stage.Compose(operators.Batch[int](n, 0), operators.Unbatch[int]())
	return []link{
		{"Expand", operators.Expand(itself), oneToSome(func(v int) []int { return []int{v + m} }), false},
		{"Expand some", operators.Expand(some), dropIf(func(v int) bool { return v%m == 0 }), false},
		{"Extrapolate", operators.Extrapolate(nothing), unchanged, false},
		{"ConflateWith, Batch", stage.Compose(all, forget), rebatched(n, n), false},
		{fmt.Sprint("BatchWhileBusy, Batch ", n), stage.Compose(stage.Compose(operators.BatchWhileBusy[int](n), operators.Unbatch[int]()), forget), rebatched(n, n), false},
	}
}
