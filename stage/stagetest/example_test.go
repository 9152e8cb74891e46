package stagetest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// Changed is a stage of a user: it drops elements equal to the one before.
func Changed[T comparable]() stage.Stage[T, T] {
	return stage.New("changed", func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &changed[T]{Upstream: up}
	})
}

type changed[T comparable] struct {
	demand.Upstream[T] // for Cancel
	last               T
	some               bool
}

func (c *changed[T]) Pull(dst *demand.Chunk[T]) error {
	return demand.PullKept(c.Upstream, dst, func(v T) bool {
		keep := !c.some || v != c.last
		c.last, c.some = v, true
		return keep
	})
}

// TestChanged is what a user writes to test a stage.
func TestChanged(t *testing.T) {
	stagetest.Rules(t, Changed[int], []int{0, 0, 1, 2, 2, 2, 3, 0, 4, 5, 5, 6}, stagetest.Want(0, 1, 2, 3, 0, 4, 5, 6))
}

// TestPairs is what a user writes to test a pipeline with time in it: probes at
// both ends, in a bubble, where a second costs nothing.
func TestPairs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := stagetest.NewSource[string](t)
		snk := stagetest.NewSink[[]string](t)
		pairs := flow.Via(flow.From(src).Via(Changed[string]()), operators.Batch[string](2, time.Second))
		r, err := pairs.To(snk).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		snk.Request(10)
		src.Send("a", "a", "b")
		snk.Expect([]string{"a", "b"})

		src.Send("c")
		snk.ExpectNone(900 * time.Millisecond) // it waits for a second one
		snk.Expect([]string{"c"})              // and not for longer than a second

		src.Complete()
		snk.ExpectComplete()
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// inExample stands for the t of a test.
type inExample struct{ testing.TB }

func (inExample) Helper()                   {}
func (inExample) Cleanup(func())            {}
func (inExample) Fatalf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }

func ExampleNewSource() {
	var t inExample
	src := stagetest.NewSource[int](t)
	r, err := flow.From(src).To(sink.ForEach(func(v int) error {
		fmt.Println("got", v)
		return nil
	})).Start(context.Background())
	if err != nil {
		panic(err)
	}
	fmt.Println("asked for", src.ExpectRequest())
	src.Send(1, 2, 3)
	src.Complete()
	fmt.Println("ended:", src.ExpectCancel(), r.Wait())
	// Unordered output:
	// asked for 1
	// got 1
	// got 2
	// got 3
	// ended: weir: enough was taken <nil>
}

func ExampleNewSink() {
	var t inExample
	src, snk := stagetest.NewSource[string](t), stagetest.NewSink[string](t)
	upper := operators.Map(strings.ToUpper)
	if _, err := flow.From(src).Via(upper).To(snk).Start(context.Background()); err != nil {
		panic(err)
	}
	snk.Request(2)
	src.Send("one", "two")
	snk.Expect("ONE", "TWO")

	snk.Request(1)
	src.Send("three")
	src.Complete()
	snk.Expect("THREE")
	snk.ExpectComplete()
	fmt.Println("three elements, two requests")
	// Output: three elements, two requests
}

func ExampleNewCommitting() {
	var t inExample
	src := stagetest.NewCommitting(t, []int{1, 2, 3, 4, 5, 6, 7}, 3)
	p := flow.From(src).Via(operators.Take[int](5)).To(sink.Discard[int]())
	if err := p.Run(context.Background()); err != nil {
		panic(err)
	}
	src.ExpectSettled()
	for _, r := range src.Reads() {
		fmt.Printf("%d elements from %d on: %s\n", r.N, r.First, r.Settlement.Outcome)
	}
	fmt.Println("committed:", src.Committed())
	// Output:
	// 3 elements from 0 on: done
	// 3 elements from 3 on: abandoned
	// committed: 3
}
