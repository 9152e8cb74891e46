package docs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func double(v int) int { return 2 * v }

func Example_islands() {
	f := flow.From(source.Range(0, 1000, stage.Name("numbers")))
	f = flow.Via(f, operators.Map(double, stage.Name("double")))
	f = f.Async(64)
	f = f.Filter(func(v int) bool { return v%3 == 0 })
	fmt.Print(f.To(sink.Discard[int]()))
	// Output:
	// island 1: numbers → double → async
	// island 2: async =[64]=> filter → discard
}

func Example_automaticLink() {
	lines := make(chan string)
	batches := flow.Via(flow.From(source.Chan(lines)), operators.Batch[string](100, time.Second))
	fmt.Print(batches.To(sink.Discard[[]string]()))
	// Output:
	// island 1: chan → async
	// island 2: async =[1024]=> batch → discard
}

// stalled is the page's example of a run in which everybody waits.
func stalled() error {
	both := flow.Broadcast(flow.From(source.Range(0, 100_000)), 2)
	hundreds := flow.Via(both[1], operators.Batch[int](5000, 0))
	return flow.Zip(both[0], hundreds).To(sink.Discard[flow.Pair[int, []int]]()).Run(context.Background())
}

func TestStalled(t *testing.T) {
	if err := stalled(); !errors.Is(err, flow.ErrStalled) {
		t.Fatalf("got %v, want %v", err, flow.ErrStalled)
	} else {
		t.Log(err)
	}
}
