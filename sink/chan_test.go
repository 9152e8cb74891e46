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
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// A slow receiver holds the source back, and an element counts as handled when
// it was sent.
func TestChanHoldsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan int, 2)
		s := track(100)
		r, err := flow.From(s).To(sink.ClosingChan(ch)).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for n := range 5 {
			synctest.Wait()
			if s.next != n+3 {
				t.Errorf("received %d, two fit into the channel: read %d", n, s.next)
			}
			time.Sleep(time.Hour)
			if v := <-ch; v != n {
				t.Errorf("got %d, want %d", v, n)
			}
		}
		synctest.Wait()
		equal(t, "handled", s.done(), []int{0, 1, 2, 3, 4, 5, 6})
		if err := r.Stop(errBoom); err != errBoom {
			t.Errorf("stopped: %v", err)
		}
		if s.settled[7] != demand.Abandoned {
			t.Errorf("the element that was not sent is %v", s.settled[7])
		}
		for range ch { // ends: it was closed
		}
	})
}

func TestChanStaysOpen(t *testing.T) {
	ch := make(chan int, 10)
	s := sink.Chan(ch)
	for range 2 {
		if err := run(s, 1, 2, 3); err != nil {
			t.Fatal(err)
		}
	}
	if len(ch) != 6 {
		t.Errorf("%d elements are in the channel, want 6", len(ch))
	}
	ch <- 7 // panics on a closed channel
}

func TestClosingChan(t *testing.T) {
	for name, end := range map[string]error{"completed": demand.ErrCompleted, "failed": errBoom} {
		t.Run(name, func(t *testing.T) {
			ch := make(chan int, 10)
			s := sink.ClosingChan(ch)
			n := 0
			err := flow.From(source.Func(func(context.Context) (int, error) {
				if n++; n > 3 {
					return 0, end
				}
				return n, nil
			})).To(s).Run(t.Context())
			if end == errBoom != errors.Is(err, errBoom) {
				t.Errorf("ended with %v", err)
			}
			var got []int
			for v := range ch {
				got = append(got, v)
			}
			equal(t, "received", got, []int{1, 2, 3})
			wantStage(t, run(s, 1), "closingchan", stage.ErrUsed)
		})
	}
}

func TestChanDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch := make(chan int)
		var got []int
		r, err := flow.From(source.Range(0, 1<<40)).To(sink.ClosingChan(ch)).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			got = append(got, <-ch)
		}
		drained := make(chan error, 1)
		time.AfterFunc(0, func() { drained <- r.Drain(context.Background()) })
		for v := range ch {
			got = append(got, v)
		}
		if err := <-drained; err != nil {
			t.Error(err)
		}
		st, _ := r.Snapshot().Stage("range")
		if int(st.Out) != len(got) {
			t.Errorf("read %d, received %d", st.Out, len(got))
		}
	})
}

func ExampleChan() {
	ch := make(chan int, 10)
	err := flow.From(source.Range(0, 3)).To(sink.Chan(ch)).Run(context.Background())
	fmt.Println(len(ch), err)
	// Output: 3 <nil>
}

func ExampleClosingChan() {
	ch := make(chan int)
	r, err := flow.From(source.Range(0, 3)).To(sink.ClosingChan(ch)).Start(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	for v := range ch {
		fmt.Println(v)
	}
	fmt.Println(r.Wait())
	// Output:
	// 0
	// 1
	// 2
	// <nil>
}
