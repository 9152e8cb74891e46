package operators_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// keyedLinks are links of a random chain: with one key the order is that of the
// elements.
func keyedLinks(n, m int) []link {
	oneKey := func(int) struct{} { return struct{}{} }
	return []link{
		{"MapKeyed", operators.MapKeyed(oneKey, func(_ context.Context, v int) (int, error) {
			return v ^ 2, nil
		}, stage.Workers(m), stage.Capacity(m+n)), oneToSome(func(v int) []int { return []int{v ^ 2} }), false},
	}
}

func TestKeyedLinks(t *testing.T) {
	for _, k := range keyedLinks(3, 2) {
		t.Run(k.what, func(t *testing.T) {
			var l ledger
			var want []arrival
			var in []item
			for v := range 100 {
				in = append(in, item{v, int64(v) + 1})
			}
			for _, e := range k.model(in) {
				want = append(want, arrival{fmt.Sprint(e.v), e.record})
			}
			got, err := collect(t, l.tracked(upTo(100), 7, demand.ErrCompleted).Via(k.op), 5)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("got %v, want %v, error %v", got, want, err)
			}
		})
	}
}
