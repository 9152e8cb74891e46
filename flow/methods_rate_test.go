package flow_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/source"
)

// Each method is the operator of its name: what is the same however quick the two
// sides are comes out.
func TestRateMethods(t *testing.T) {
	f := flow.From(source.Range(0, 41))
	sum := func(f flow.Flow[int]) int {
		n, err := flow.Fold(context.Background(), f, 0, func(a, v int) int { return a + v })
		if err != nil {
			t.Error(err)
		}
		return n
	}
	if n := sum(f.Conflate(func(a, b int) int { return a + b })); n != 820 {
		t.Errorf("Conflate: the sum is %d", n)
	}
	if all, err := flow.Collect(t.Context(), f.LatestWhileBusy()); err != nil || !slices.Contains(all, 40) {
		t.Errorf("LatestWhileBusy: got %v, error %v", all, err)
	}
	synctest.Test(t, func(t *testing.T) { // where downstream has asked before the first one comes
		all, err := flow.Collect(t.Context(), f.Delay(time.Millisecond, 100).DropWhileBusy())
		if err != nil || len(all) == 0 || !slices.IsSorted(all) {
			t.Errorf("DropWhileBusy: got %v, error %v", all, err)
		}
	})
	none := func(int) iter.Seq[int] { return nil }
	if n := sum(f.Extrapolate(none)); n != 820 {
		t.Errorf("Extrapolate: the sum is %d", n)
	}
	if n := sum(f.ExtrapolateFrom(5, none)); n != 825 {
		t.Errorf("ExtrapolateFrom: the sum is %d", n)
	}
}
