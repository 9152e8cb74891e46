package sink_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// An error of the function names the stage and, where it is known, the record.
// What was handed over before counts as handled, and nothing else does.
func TestForEachFails(t *testing.T) {
	s := track(10)
	var got []int
	err := flow.From(s).To(sink.ForEach(func(v int) error {
		if v == 5 {
			return errBoom
		}
		got = append(got, v)
		return nil
	}, stage.Name("store"))).Run(context.Background())
	wantStage(t, err, "store", errBoom)
	var at *stage.Error
	if errors.As(err, &at); at.Source != "tracked" || at.Record != 6 {
		t.Errorf("the error names record %d of %q", at.Record, at.Source)
	}
	equal(t, "got", got, []int{0, 1, 2, 3, 4})
	equal(t, "handled", s.done(), []int{0, 1, 2, 3, 4})
	if s.settled[5] != demand.Abandoned || !errors.Is(s.cause[5], errBoom) {
		t.Errorf("the element that failed is %v because of %v", s.settled[5], s.cause[5])
	}
}

func TestForEachHasEnough(t *testing.T) {
	n := 0
	err := run(sink.ForEach(func(int) error {
		if n++; n == 2 {
			return demand.ErrEnough
		}
		return nil
	}), 1, 2, 3)
	if err != nil || n != 2 {
		t.Errorf("%d calls, %v", n, err)
	}
}

func TestForEachPanics(t *testing.T) {
	var p *stage.PanicError
	if err := run(sink.ForEach(func(int) error { panic("oh") }), 1); !errors.As(err, &p) || p.Stage != "foreach" || p.Value != "oh" {
		t.Errorf("got %v", err)
	}
}

// A stop waits for the call at work, and no further call is made.
func TestForEachStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		r, err := flow.From(source.Range(0, 1000)).To(sink.ForEach(func(int) error { n++; time.Sleep(time.Second); return nil })).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2500 * time.Millisecond)
		start := time.Now()
		if err := r.Stop(errBoom); err != errBoom || n != 3 || time.Since(start) != 500*time.Millisecond {
			t.Errorf("%v after %d calls and %s", err, n, time.Since(start))
		}
	})
}

func TestSliceServesOneRun(t *testing.T) {
	dst := []int{0}
	s := sink.Slice(&dst)
	if err := run(s, 1, 2); err != nil {
		t.Fatal(err)
	}
	equal(t, "appended", dst, []int{0, 1, 2})
	wantStage(t, run(s, 3), "slice", stage.ErrUsed)
}

func TestDiscardCounts(t *testing.T) {
	r, err := flow.From(source.Range(0, 1000)).To(sink.Discard[int]()).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(); err != nil {
		t.Fatal(err)
	}
	if s, _ := r.Snapshot().Stage("discard"); s.In != 1000 {
		t.Errorf("in: %d", s.In)
	}
}

func ExampleForEach() {
	err := flow.From(source.Range(0, 3)).To(sink.ForEach(func(v int) error {
		_, err := fmt.Println(v)
		return err
	})).Run(context.Background())
	fmt.Println(err)
	// Output:
	// 0
	// 1
	// 2
	// <nil>
}

func ExampleDiscard() {
	count := operators.Map(func(v int) int { fmt.Println("saw", v); return v })
	err := flow.From(source.Range(0, 2)).Via(count).To(sink.Discard[int]()).Run(context.Background())
	fmt.Println(err)
	// Output:
	// saw 0
	// saw 1
	// <nil>
}

func ExampleSlice() {
	var got []int
	err := flow.From(source.Range(0, 3)).To(sink.Slice(&got)).Run(context.Background())
	fmt.Println(got, err)
	// Output: [0 1 2] <nil>
}
