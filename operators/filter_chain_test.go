package operators_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// filterLinks returns more operators for random chains. Those that emit only at
// the end of a stream that completes, as Fold and TakeLast, are not among them: a
// chain with a fault has no such model.
func filterLinks(n, m int) []link {
	multiple := func(v int) bool { return v%m == 0 }
	changed := func(key func(int) int) func([]item) []item {
		return func(in []item) (out []item) {
			for i, e := range in {
				if i == 0 || key(e.v) != key(in[i-1].v) {
					out = append(out, e)
				}
			}
			return out
		}
	}
	decade := func(v int) int { return v / m }
	count := func(s, v int) (int, []int) { return s + 1, slices.Repeat([]int{v}, (s+v)%m) }
	return []link{
		{"DistinctUntilChanged", operators.DistinctUntilChanged[int](), changed(func(v int) int { return v }), false},
		{"DistinctUntilChangedBy", operators.DistinctUntilChangedBy(decade), changed(decade), false},
		{"First", operators.First[int](), func(in []item) []item { return in[:min(1, len(in))] }, true},
		{fmt.Sprint("ElementAt ", n), operators.ElementAt[int](n), func(in []item) []item {
			if n < len(in) {
				return in[n : n+1]
			}
			return nil
		}, true},
		{fmt.Sprint("SkipLast ", n), operators.SkipLast[int](n), func(in []item) []item { return in[:max(0, len(in)-n)] }, false},
		{"StatefulMap", operators.StatefulMap(func() int { return n }, count, nil), func(in []item) (out []item) {
			for i, e := range in {
				out = append(out, slices.Repeat([]item{e}, (n+i+e.v)%m)...)
			}
			return out
		}, false},
		{fmt.Sprint("EveryNth ", m), operators.EveryNth[int](m), func(in []item) (out []item) {
			for i := m - 1; i < len(in); i += m {
				out = append(out, in[i])
			}
			return out
		}, false},
		{"IgnoreElements", operators.IgnoreElements[int](), func([]item) []item { return nil }, false},
		{"FilterMapErr", operators.FilterMapErr(func(v int) (int, bool, error) { return v + n, !multiple(v), nil }), func(in []item) []item {
			return oneToSome(func(v int) []int { return []int{v + n} })(dropIf(multiple)(in))
		}, false},
		{"FlatMapErr", operators.FlatMapErr(func(v int) ([]int, error) { return slices.Repeat([]int{v}, v%m), nil }),
			oneToSome(func(v int) []int { return slices.Repeat([]int{v}, v%m) }), false},
		{"WithIndex", stage.Compose(operators.WithIndex[int](), operators.Map(func(e operators.Indexed[int]) int { return e.Index + e.Value })),
			func(in []item) (out []item) {
				for i, e := range in {
					out = append(out, item{e.v + i, e.record})
				}
				return out
			}, false},
		{"Pairwise", stage.Compose(operators.Pairwise[int](), operators.Map(func(p [2]int) int { return p[0]*2 + p[1] })),
			func(in []item) (out []item) {
				for i := 1; i < len(in); i++ {
					out = append(out, item{in[i-1].v*2 + in[i].v, 0})
				}
				return out
			}, false},
	}
}

func TestFilterLinks(t *testing.T) {
	for _, in := range streams {
		var items []item
		for i, v := range in {
			items = append(items, item{v, int64(i) + 1})
		}
		for _, window := range []int{1, 7, 1024} {
			for _, n := range []int{1, 20} {
				for _, k := range filterLinks(n, 3) {
					var l ledger
					got, err := collect(t, text(l.tracked(in, 4, demand.ErrCompleted).Via(k.op)), window)
					var want []arrival
					for _, e := range k.model(items) {
						want = append(want, arrival{fmt.Sprint(e.v), e.record})
					}
					if err != nil || !slices.Equal(got, want) {
						t.Errorf("%s, window %d: got %v, want %v, error %v", k.what, window, got, want, err)
					}
					if !k.cuts {
						l.check(t, len(in))
					}
				}
			}
		}
	}
}
