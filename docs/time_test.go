package docs_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

func TestABatchLeavesInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := make(chan int)
		go func() {
			defer close(in)
			in <- 1
			in <- 2
			time.Sleep(time.Minute)
			in <- 3
		}()
		start := time.Now()
		var batches [][]int
		var at []time.Duration
		f := flow.Via(flow.From(source.Chan(in)), operators.Batch[int](100, time.Second))
		err := f.To(sink.ForEach(func(b []int) error {
			batches, at = append(batches, b), append(at, time.Since(start))
			return nil
		})).Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := [][]int{{1, 2}, {3}}; !slices.EqualFunc(batches, want, slices.Equal) {
			t.Errorf("got %v, want %v", batches, want)
		}
		if want := []time.Duration{time.Second, time.Minute}; !slices.Equal(at, want) {
			t.Errorf("got them at %v, want %v", at, want)
		}
	})
}

func TestNothingWaitsBehindAChunk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := operators.Map(func(v int) int { time.Sleep(10 * time.Millisecond); return v })
		f := flow.Via(flow.From(source.Range(0, 100)), slow)
		start := time.Now()
		var first time.Duration
		err := f.To(sink.ForEach(func(v int) error {
			if v == 0 {
				first = time.Since(start)
			}
			return nil
		})).Run(context.Background())
		if err != nil || first != 10*time.Millisecond {
			t.Errorf("the first element came after %s (%v), want 10ms", first, err)
		}
	})
}
