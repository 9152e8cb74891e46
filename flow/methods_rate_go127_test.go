//go:build go1.27

package flow_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

func TestGenericRateMethods(t *testing.T) {
	f := flow.From(source.Range(0, 41))
	count := func(int) int { return 1 }
	more := func(n, _ int) int { return n + 1 }
	n, err := flow.Fold(context.Background(), f.ConflateWith(count, more), 0, func(a, v int) int { return a + v })
	if err != nil || n != 41 {
		t.Errorf("ConflateWith: counted %d, error %v", n, err)
	}
	batches := f.BatchWhileBusy(3)
	if all, err := flow.Collect(t.Context(), flow.Via(batches, operators.Unbatch[int]())); err != nil || len(all) != 41 || all[40] != 40 {
		t.Errorf("BatchWhileBusy: got %v, error %v", all, err)
	}
	once := func(v int) iter.Seq[string] { return slices.Values([]string{string(rune('a' + v))}) }
	if all, err := flow.Collect(t.Context(), f.Expand(once)); err != nil || len(all) != 41 || all[2] != "c" {
		t.Errorf("Expand: got %v, error %v", all, err)
	}
}
