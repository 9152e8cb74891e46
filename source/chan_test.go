package source_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

func TestChanPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan int, 8)
		up := open(source.Chan(ch))
		if got := pull(t, up, 4, demand.NoWait); len(got) > 0 {
			t.Errorf("nothing there, not waiting: got %v", got)
		}
		start := time.Now()
		if got := pull(t, up, 4, demand.Until(start.Add(time.Second))); len(got) > 0 || time.Since(start) != time.Second {
			t.Errorf("waiting a second: got %v after %s", got, time.Since(start))
		}
		ch <- 1
		ch <- 2
		if got := pull(t, up, 4, demand.Forever); !slices.Equal(got, []int{1, 2}) {
			t.Errorf("two there: got %v", got)
		}
		for v := range 6 {
			ch <- v
		}
		if got := pull(t, up, 4, demand.NoWait); !slices.Equal(got, []int{0, 1, 2, 3}) {
			t.Errorf("six there, asked for four: got %v", got)
		}
		close(ch)
		if got := pull(t, up, 4, demand.NoWait); !slices.Equal(got, []int{4, 5}) {
			t.Errorf("two left: got %v", got)
		}
		for range 2 {
			if err := pullErr(t, up); err != demand.ErrCompleted {
				t.Errorf("closed: %v", err)
			}
		}
	})
}

// A closed channel is noticed by a pull that waits, and an element that comes
// with the close is not lost.
func TestChanClosedWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, last := range [][]int{nil, {7}} {
			ch := make(chan int, 1)
			time.AfterFunc(time.Second, func() {
				for _, v := range last {
					ch <- v
				}
				close(ch)
			})
			got, err := flow.Collect(t.Context(), flow.From(source.Chan(ch)))
			if err != nil || !slices.Equal(got, last) {
				t.Errorf("got %v, %v; want %v", got, err, last)
			}
		}
	})
}

func TestChanServesOneRun(t *testing.T) {
	f := flow.From(source.Chan(filled(1), stage.Name("jobs"))).Via(operators.Take[int](1))
	if got, err := flow.Collect(context.Background(), f); err != nil || !slices.Equal(got, []int{1}) {
		t.Fatalf("first run: %v, %v", got, err)
	}
	_, err := f.To(sink.Discard[int]()).Start(context.Background())
	wantStage(t, err, "jobs", stage.ErrUsed)
}

func TestChanDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan int)
		var got []int
		r := collecting(t, source.Chan(ch), func(v int) error { got = append(got, v); return nil })
		ch <- 1
		ch <- 2
		synctest.Wait()
		if err := r.Drain(t.Context()); err != nil || !slices.Equal(got, []int{1, 2}) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

// Drained at a random moment, what left the channel was delivered, and the rest
// is still in it.
func TestChanDrainLosesNothing(t *testing.T) {
	for n := range 50 {
		ch := make(chan int, 1000)
		for v := range 1000 {
			ch <- v
		}
		var got []int
		reached := make(chan struct{})
		r := collecting(t, source.Chan(ch), func(v int) error {
			if got = append(got, v); v == n*10 {
				close(reached)
			}
			return nil
		})
		<-reached
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, v := range got {
			if v != i {
				t.Fatalf("got %v", got)
			}
		}
		if len(got)+len(ch) != 1000 || len(got) <= n*10 {
			t.Fatalf("%d delivered, %d still there", len(got), len(ch))
		}
	}
}

func TestChanStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := collecting(t, source.Chan(make(chan int)), func(int) error { return nil })
		synctest.Wait()
		if err := r.Stop(errBoom); err != errBoom {
			t.Errorf("stopped: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := flow.From(source.Chan(make(chan int))).To(sink.Discard[int]()).Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

// A batch bounded by time does not wait behind a channel that is silent.
func TestChanBelowBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan int)
		f := flow.Via(flow.From(source.Chan(ch)), operators.Batch[int](10, time.Second))
		start := time.Now()
		time.AfterFunc(0, func() {
			ch <- 1
			ch <- 2
			time.Sleep(time.Hour)
			close(ch)
		})
		for batch, err := range flow.All(t.Context(), f) {
			if err != nil || !slices.Equal(batch, []int{1, 2}) || time.Since(start) != time.Second {
				t.Errorf("got %v, %v after %s", batch, err, time.Since(start))
			}
		}
	})
}

// Waiting for the channel counts as idle, not as busy.
func TestChanWaitIsIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan int)
		r := collecting(t, source.Chan(ch), func(int) error { return nil })
		time.Sleep(time.Hour)
		close(ch)
		if err := r.Wait(); err != nil {
			t.Fatal(err)
		}
		if s, ok := r.Snapshot().Stage("chan"); !ok || s.Idle != time.Hour {
			t.Errorf("idle for %s, busy for %s", s.Idle, s.Busy)
		}
	})
}

func ExampleChan() {
	ch := make(chan string, 3)
	ch <- "one"
	ch <- "two"
	close(ch)
	fmt.Println(flow.Collect(context.Background(), flow.From(source.Chan(ch))))
	// Output: [one two] <nil>
}
