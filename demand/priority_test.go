package demand_test

import (
	"math"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
)

func TestBufferPrioritiesFarApart(t *testing.T) {
	b := demand.NewBuffer(demand.BufferConfig[int]{Capacity: 9, Overflow: demand.Block, Priority: func(v int) int { return v }})
	want := []int{math.MaxInt, 5, 0, -5, math.MinInt}
	for _, v := range []int{0, math.MinInt, math.MaxInt, -5, 5} {
		if err := b.Offer(t.Context(), v); err != nil {
			t.Fatal(err)
		}
	}
	if got := drain(t, b); !slices.Equal(got, want) {
		t.Errorf("left in order %v, want %v", got, want)
	}
}
