package main

import (
	"context"
	"slices"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func Example() {
	main()
	// Output:
	// island 1: days → pairwise → filter → show
	// 2012-01-05: -3.3 °C
	// 2012-01-06: -4.5 °C
	// 2012-01-07: +2.8 °C
	// 2012-01-08: +2.8 °C
}

// pairs is what Pairwise should give for the numbers below n.
func pairs(n int) (want [][2]int) {
	for i := 1; i < n; i++ {
		want = append(want, [2]int{i - 1, i})
	}
	return want
}

// The kit runs the stage some hundred times, with other sizes of requests and
// answers, with patience, errors and cancels at every position.
func TestPairwiseKeepsTheRules(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[int, [2]int] { return Pairwise[int]() },
		[]int{0, 1, 2, 3, 4, 5, 6, 7}, stagetest.Want(pairs(8)...))
}

func TestPairwiseEqualsItsModel(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 257, 1000} {
		for _, window := range []int{1, 2, 7, 256, 1024} {
			var got [][2]int
			to := sink.ForEach(func(p [2]int) error { got = append(got, p); return nil }, stage.Window(window, window))
			if err := flow.Via(flow.From(source.Range(0, n)), Pairwise[int]()).To(to).Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, pairs(n)) {
				t.Errorf("%d elements at window %d: got %d pairs %v", n, window, len(got), got)
			}
		}
	}
}

// A flow may run many times: each run opens the stage anew.
func TestPairwiseForgetsTheRunBefore(t *testing.T) {
	f := flow.Via(flow.From(source.Range(0, 5)), Pairwise[int]()).Take(3)
	for range 2 {
		got, err := flow.Collect(context.Background(), f)
		if err != nil || !slices.Equal(got, pairs(4)) {
			t.Fatalf("got %v, %v, want %v", got, err, pairs(4))
		}
	}
}
