package engine_test

import (
	"cmp"
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// Every input keeps its order, and all of all inputs come.
func TestMergeKeepsTheOrderOfEachInput(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(r, "inputs")
		var flows []flow.Flow[int]
		var sizes []int
		for i := range n {
			size := rapid.IntRange(0, 300).Draw(r, "size")
			f := flow.From(source.Range(1000*i, 1000*i+size))
			if rapid.Bool().Draw(r, "linked") { // its link serves the merge too
				f = f.Via(operators.Async[int](rapid.IntRange(1, 20).Draw(r, "link")))
			}
			flows, sizes = append(flows, f), append(sizes, size)
		}
		capacity := stage.Capacity(rapid.IntRange(1, 40).Draw(r, "capacity"))
		got, err := flow.Collect(t.Context(), flow.MergeWith(flows, capacity))
		if err != nil {
			r.Fatal(err)
		}
		next := make([]int, n)
		for _, v := range got {
			if v%1000 != next[v/1000] {
				r.Fatalf("input %d: %d came, want %d", v/1000, v%1000, next[v/1000])
			}
			next[v/1000]++
		}
		if !slices.Equal(next, sizes) {
			r.Fatalf("came %v, want %v", next, sizes)
		}
	})
}

// An input that has something is not held up by one that has nothing, nor by one
// that has very much.
func TestMergeTakesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quiet, busy := stagetest.NewSource[int](t), flow.From(source.Range(1000, 1<<40))
		snk := stagetest.NewSink[int](t, cmpopts.SortSlices(cmp.Less[int]))
		r, err := flow.Merge(flow.From(quiet), busy).To(snk).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		snk.Request(3)
		snk.Expect(1000, 1001, 1002)
		quiet.Send(1)
		synctest.Wait()
		snk.Request(3)
		snk.Expect(1, 1003, 1004) // in some order
		if err := r.Stop(errBroken); err != errBroken {
			t.Error(err)
		}
	})
}

func TestMergeEndsWithTheFirstError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad, other := stagetest.NewSource[int](t, stage.Name("bad")), stagetest.NewSource[int](t)
		snk := stagetest.NewSink[int](t)
		r, err := flow.Merge(flow.From(other), flow.From(bad)).To(snk).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		snk.Request(9)
		bad.Send(1, 2)
		bad.Fail(errBroken)
		snk.Expect(1, 2)
		snk.ExpectError(errBroken)
		if cause := other.ExpectCancel(); !errors.Is(cause, errBroken) {
			t.Errorf("the other input was cancelled with %v", cause)
		}
		var at *stage.Error
		if err := r.Wait(); !errors.As(err, &at) || at.Stage != "bad" {
			t.Errorf("got %v, want an error of stage bad", err)
		}
	})
}

func TestMergeThatHasEnoughCancelsAllInputs(t *testing.T) {
	a, b := stagetest.NewCommitting(t, numbers(0, 1000), 7), stagetest.NewCommitting(t, numbers(0, 1000), 5)
	got, err := flow.Collect(t.Context(), flow.Merge(flow.From(a), flow.From(b)).Via(operators.Take[int](100)))
	if err != nil || len(got) != 100 {
		t.Fatalf("%d elements, %v", len(got), err)
	}
	a.ExpectSettled()
	b.ExpectSettled()
	if n := a.Committed() + b.Committed(); n > 100 {
		t.Errorf("%d elements are committed, 100 were delivered", n)
	}
}

// A merge heeds patience: what is above a batch may be quiet for long.
func TestMergeHeedsPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := stagetest.NewSource[int](t), stagetest.NewSource[int](t)
		var got [][]int
		var at []time.Duration
		begun := time.Now()
		batches := flow.Via(flow.Merge(flow.From(a), flow.From(b)), operators.Batch[int](10, time.Second))
		r, err := batches.To(sink.ForEach(func(b []int) error {
			got, at = append(got, b), append(at, time.Since(begun))
			return nil
		})).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		a.Send(1)
		b.Send(2)
		time.Sleep(90 * time.Second)
		b.Send(3)
		a.Complete()
		b.Complete()
		if err := r.Wait(); err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 || len(got[0]) != 2 || !slices.Equal(got[1], []int{3}) || at[0] != time.Second || at[1] != 90*time.Second {
			t.Errorf("batches %v after %v", got, at)
		}
	})
}

// Who answers first is found out once, also where another one answers just then:
// all comes from one input.
func TestRaceTakesFromOneInput(t *testing.T) {
	runs := 40_000
	if testing.Short() {
		runs = 2000
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(8))
	one := stage.Window(1, 1)
	for i := range runs {
		two := flow.Broadcast(flow.From(source.Range(0, 3)), 2, stage.Capacity(1))
		got := 0
		err := flow.Race(two[0], two[1].Via(operators.Async[int](1))).To(sink.ForEach(func(int) error { got++; return nil }, one)).Run(t.Context())
		if err != nil || got != 3 {
			t.Fatalf("run %d: %d of 3 elements, error %v", i, got, err)
		}
	}
}
