package operators_test

import (
	"runtime"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

// What was of a key is gone when it is evicted.
func TestGroupByForgets(t *testing.T) {
	var before, after runtime.MemStats
	const keys = 30_000
	f := flow.From(source.Range(0, keys)).Peek(func(v int) {
		switch v {
		case keys / 10:
			runtime.GC()
			runtime.ReadMemStats(&before)
		case keys - 1:
			runtime.GC()
			runtime.ReadMemStats(&after)
		}
	})
	sum, err := flow.Fold(t.Context(), f.Via(operators.GroupBy(func(v int) int { return v }, 10, pairsOf)), 0, func(n, _ int) int { return n + 1 })
	if err != nil || sum != keys {
		t.Fatalf("%d elements, error %v", sum, err)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("the heap has grown by %d bytes over %d keys", grown, keys)
	}
}
