package source_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
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

var strategies = []demand.Overflow{demand.Block, demand.DropNewest, demand.DropOldest, demand.DropBuffer, demand.Shed, demand.Fail}

// checkBooks checks that a queue's counts add up.
func checkBooks(t *testing.T, s demand.BufferStats) {
	t.Helper()
	if s.In != s.Out+s.DroppedTotal()+uint64(s.Held) || s.Held > s.Capacity {
		t.Errorf("in %d, out %d, dropped %v, held %d of %d", s.In, s.Out, s.Dropped, s.Held, s.Capacity)
	}
}

// Many producers, one slow and one fast consumer, and somebody who looks at the
// books all the time.
func TestQueueManyProducers(t *testing.T) {
	const producers, each = 8, 2000
	for _, o := range strategies {
		for _, slow := range []int{0, 20} {
			t.Run(fmt.Sprintf("%s, slow %d", o, slow), func(t *testing.T) {
				var seen atomic.Int64 // by OnDrop
				q := source.QueueWith(demand.BufferConfig[int]{Capacity: 16, Overflow: o, OnDrop: func(int, string) { seen.Add(1) }})
				got := map[int]int{}
				r := collecting(t, q, func(v int) error {
					got[v]++
					for range slow {
						runtime.Gosched()
					}
					return nil
				})
				var refused atomic.Int64
				var producing, looking sync.WaitGroup
				for p := range producers {
					producing.Go(func() {
						for i := range each {
							if err := q.Offer(context.Background(), p*each+i); err != nil {
								refused.Add(1)
								checkRefusal(t, o, err)
							}
						}
					})
				}
				done := make(chan struct{})
				looking.Go(func() {
					for {
						select {
						case <-done:
							return
						default:
							checkBooks(t, q.Stats())
							runtime.Gosched()
						}
					}
				})
				producing.Wait()
				q.Close()
				err := r.Wait()
				close(done)
				looking.Wait()

				if full := errors.Is(err, demand.ErrBufferFull); o != demand.Fail && err != nil || err != nil && !full {
					t.Errorf("ended with %v", err)
				}
				for v, n := range got {
					if n != 1 {
						t.Errorf("element %d was delivered %d times", v, n)
					}
				}
				s := q.Stats()
				checkBooks(t, s)
				switch {
				case s.Held != 0 || int(s.Out) != len(got):
					t.Errorf("held %d, out %d of %d delivered", s.Held, s.Out, len(got))
				case int64(s.In)+refused.Load() != producers*each:
					t.Errorf("in %d, refused %d, offered %d", s.In, refused.Load(), producers*each)
				case uint64(seen.Load()) != s.DroppedTotal():
					t.Errorf("OnDrop saw %d, dropped were %v", seen.Load(), s.Dropped)
				case (o == demand.Block || o == demand.Shed || o == demand.Fail) && s.DroppedTotal() > 0:
					t.Errorf("%s dropped %v", o, s.Dropped)
				}
				st, ok := r.Snapshot().Stage("queue")
				if !ok || st.Buffer == nil || st.Buffer.In != s.In || st.DroppedTotal() != int64(s.DroppedTotal()) || st.Out != int64(s.Out) {
					t.Errorf("the snapshot says %+v, the queue %+v", st, s)
				}
			})
		}
	}
}

func checkRefusal(t *testing.T, o demand.Overflow, err error) {
	t.Helper()
	var over *demand.OverloadError
	switch {
	case o == demand.Shed && errors.As(err, &over) &&
		over.Reason == demand.ReasonShed && over.Depth == 16 && over.Capacity == 16 && over.RetryAfter >= time.Millisecond:
	case o == demand.Fail && (errors.Is(err, demand.ErrBufferFull) || errors.Is(err, demand.ErrClosed)):
	default:
		t.Errorf("%s refused with %v", o, err)
	}
}

// What each strategy does with five elements offered to a queue of three that
// nobody reads yet.
func TestQueueStrategies(t *testing.T) {
	boost := func(v int) int { return v % 2 } // odd ones first
	for name, test := range map[string]struct {
		o        demand.Overflow
		priority func(int) int
		want     []int  // delivered
		dropped  string // to OnDrop, in order
		refused  []int
		err      error
	}{
		"block":               {o: demand.Block, want: []int{1, 2, 3}, refused: []int{4, 5}},
		"drop newest":         {o: demand.DropNewest, want: []int{1, 2, 3}, dropped: "4 drop_newest, 5 drop_newest, "},
		"drop oldest":         {o: demand.DropOldest, want: []int{3, 4, 5}, dropped: "1 drop_oldest, 2 drop_oldest, "},
		"drop buffer":         {o: demand.DropBuffer, want: []int{4, 5}, dropped: "1 drop_buffer, 2 drop_buffer, 3 drop_buffer, "},
		"shed":                {o: demand.Shed, want: []int{1, 2, 3}, refused: []int{4, 5}},
		"fail":                {o: demand.Fail, want: []int{1, 2, 3}, refused: []int{4, 5}, err: demand.ErrBufferFull},
		"priority":            {o: demand.DropNewest, priority: boost, want: []int{1, 3, 2}, dropped: "4 drop_newest, 5 drop_newest, "},
		"priority and oldest": {o: demand.DropOldest, priority: boost, want: []int{3, 5, 4}, dropped: "1 drop_oldest, 2 drop_oldest, "},
		"priority and shed":   {o: demand.Shed, priority: boost, want: []int{1, 3, 5}, dropped: "2 shed_priority, ", refused: []int{4}},
	} {
		t.Run(name, func(t *testing.T) {
			dropped := ""
			q := source.QueueWith(demand.BufferConfig[int]{Capacity: 3, Overflow: test.o, Priority: test.priority, OnDrop: func(v int, reason string) {
				dropped += fmt.Sprint(v, " ", reason, ", ")
			}})
			ctx, cancel := context.WithCancel(context.Background())
			cancel() // Block must not wait here
			var refused []int
			for v := 1; v <= 5; v++ {
				if q.Offer(ctx, v) != nil {
					refused = append(refused, v)
				}
			}
			checkBooks(t, q.Stats())
			q.Close()
			got, err := flow.Collect(context.Background(), flow.From(q))
			if !slices.Equal(got, test.want) || !errors.Is(err, test.err) {
				t.Errorf("got %v, %v; want %v, %v", got, err, test.want, test.err)
			}
			if dropped != test.dropped || !slices.Equal(refused, test.refused) {
				t.Errorf("dropped %q, refused %v; want %q, %v", dropped, refused, test.dropped, test.refused)
			}
			checkBooks(t, q.Stats())
		})
	}
}

// RetryAfter is the longer the more is held, and shrinks while the queue drains;
// time in which there was nothing to deliver does not count.
func TestQueueRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := source.Queue[int](100, demand.Shed)
		r := collecting(t, q, func(int) error { time.Sleep(10 * time.Millisecond); return nil })
		if err := q.Offer(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		for q.Offer(t.Context(), 1) == nil {
		}
		var over *demand.OverloadError
		if err := q.Offer(t.Context(), 1); !errors.As(err, &over) {
			t.Fatalf("a full queue said %v", err)
		}
		last := over.RetryAfter
		if last > 2*time.Second || last < 100*time.Millisecond {
			t.Errorf("100 elements at 10 ms: retry after %s", last)
		}
		for q.Stats().Held > 0 {
			time.Sleep(100 * time.Millisecond)
			next := q.RetryAfter()
			if next >= last && next > time.Millisecond {
				t.Errorf("with %d held: retry after %s, before it was %s", q.Stats().Held, next, last)
			}
			last = next
		}
		if last != time.Millisecond {
			t.Errorf("empty: retry after %s", last)
		}
		q.Close()
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestQueueBlockWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := source.Queue[int](1, demand.Block)
		if err := q.Offer(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errBoom)
		defer cancel()
		start := time.Now()
		if err := q.Offer(ctx, 2); err != errBoom || time.Since(start) != time.Second {
			t.Errorf("no room: %v after %s", err, time.Since(start))
		}
		time.AfterFunc(time.Minute, func() {
			collecting(t, q, func(int) error { return nil })
		})
		if err := q.Offer(t.Context(), 3); err != nil || time.Since(start) != time.Second+time.Minute {
			t.Errorf("room after a minute: %v after %s", err, time.Since(start))
		}
		q.Close()
	})
}

// Close, drain and the end of the run let waiting producers go, and what was
// accepted before is delivered, but for a hard stop.
func TestQueueEnds(t *testing.T) {
	for name, test := range map[string]struct {
		end       func(context.Context, *source.HotQueue[int], *flow.Running) error
		err       error
		reason    error // for the producers
		delivered bool
	}{
		"close": {reason: demand.ErrCompleted, delivered: true, end: func(_ context.Context, q *source.HotQueue[int], r *flow.Running) error {
			q.Close()
			return r.Wait()
		}},
		"drain": {reason: demand.ErrDrained, delivered: true, end: func(ctx context.Context, _ *source.HotQueue[int], r *flow.Running) error {
			return r.Drain(ctx)
		}},
		"stop": {err: errBoom, reason: errBoom, end: func(_ context.Context, _ *source.HotQueue[int], r *flow.Running) error {
			return r.Stop(errBoom)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var dropped atomic.Int64
				q := source.QueueWith(demand.BufferConfig[int]{Capacity: 4, Overflow: demand.Block, OnDrop: func(int, string) { dropped.Add(1) }})
				n := 0
				r := collecting(t, q, func(int) error { n++; time.Sleep(time.Second); return nil })
				var accepted atomic.Int64
				var producers sync.WaitGroup
				for range 20 {
					producers.Go(func() {
						if err := q.Offer(t.Context(), 1); err == nil {
							accepted.Add(1)
						} else if !errors.Is(err, demand.ErrClosed) || !errors.Is(err, test.reason) {
							t.Errorf("a waiting producer got %v, want %v because of %v", err, demand.ErrClosed, test.reason)
						}
					})
				}
				time.Sleep(2500 * time.Millisecond)
				if err := test.end(t.Context(), q, r); !errors.Is(err, test.err) {
					t.Errorf("ended with %v, want %v", err, test.err)
				}
				producers.Wait()
				s := q.Stats()
				checkBooks(t, s)
				if int64(s.In) != accepted.Load() || test.delivered && n != int(s.In) || s.Held != 0 || int64(s.DroppedTotal()) != dropped.Load() {
					t.Errorf("accepted %d, delivered %d, OnDrop saw %d, %+v", accepted.Load(), n, dropped.Load(), s)
				}
				if err := q.Offer(t.Context(), 1); !errors.Is(err, demand.ErrClosed) {
					t.Errorf("an offer after the end: %v", err)
				}
			})
		})
	}
}

// The same as fast as can be: no producer hangs, no element accepted is lost.
func TestQueueDrainUnderFire(t *testing.T) {
	for range 200 {
		q := source.Queue[int](2, demand.Block)
		n := 0
		r := collecting(t, q, func(int) error { n++; return nil })
		var accepted atomic.Int64
		var producers sync.WaitGroup
		for range 4 {
			producers.Go(func() {
				for q.Offer(context.Background(), 1) == nil {
					accepted.Add(1)
				}
			})
		}
		for accepted.Load() < 20 {
			runtime.Gosched()
		}
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		producers.Wait()
		if int64(n) != accepted.Load() {
			t.Fatalf("accepted %d, delivered %d", accepted.Load(), n)
		}
	}
}

func TestQueueServesOneRun(t *testing.T) {
	q := queueOf(1)
	q.Close()
	if got, err := flow.Collect(context.Background(), flow.From(q)); err != nil || !slices.Equal(got, []int{1}) {
		t.Fatalf("first run: %v, %v", got, err)
	}
	_, err := flow.From(q).To(sink.Discard[int]()).Start(context.Background())
	wantStage(t, err, "queue", stage.ErrUsed)
}

// A queue with a mistake in its description does not hang its producers.
func TestQueueBroken(t *testing.T) {
	q := source.Queue[int](-1, demand.Block)
	if err := q.Offer(context.Background(), 1); !errors.Is(err, demand.ErrClosed) {
		t.Errorf("offer: %v", err)
	}
	checkBooks(t, q.Stats())
	_, err := flow.Collect(context.Background(), flow.From(q))
	wantStage(t, err, "queue", q.Meta().Err)
}

// A batch bounded by time is fused with a queue, and does not wait behind it.
func TestQueueBelowBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queueOf(1, 2)
		p := flow.Via(flow.From(q), operators.Batch[int](10, time.Second)).To(sink.ForEach(func(b []int) error {
			if !slices.Equal(b, []int{1, 2}) {
				return fmt.Errorf("got %v", b)
			}
			q.Close()
			return nil
		}))
		start := time.Now()
		r, err := p.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Wait(); err != nil || time.Since(start) != time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		if n := len(r.Snapshot().Stages); n != 3 {
			t.Errorf("%d stages ran, want 3 without a link", n)
		}
	})
}

// A panic of the priority function is the producer's, and leaves the queue
// usable.
func TestQueuePriorityPanics(t *testing.T) {
	q := source.QueueWith(demand.BufferConfig[int]{Capacity: 4, Overflow: demand.Block, Priority: func(v int) int {
		if v < 0 {
			panic("negative")
		}
		return v
	}})
	func() {
		defer func() {
			if v := recover(); v != "negative" {
				t.Errorf("recovered %v", v)
			}
		}()
		_ = q.Offer(context.Background(), -1)
	}()
	if err := q.Offer(context.Background(), 1); err != nil {
		t.Errorf("after the panic: %v", err)
	}
}

// A run that has what it wants ends, although the queue below its link is
// silent.
func TestQueueSilentAboveLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queueOf(1)
		got, err := flow.Collect(t.Context(), flow.From(q).Via(operators.Async[int](4)).Via(operators.Take[int](1)))
		if err != nil || !slices.Equal(got, []int{1}) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func ExampleQueue() {
	q := source.Queue[string](100, demand.DropOldest)
	for _, v := range []string{"one", "two", "three"} {
		if err := q.Offer(context.Background(), v); err != nil {
			fmt.Println(err)
		}
	}
	q.Close()
	fmt.Println(flow.Collect(context.Background(), flow.From(q)))
	// Output: [one two three] <nil>
}

func ExampleQueueWith() {
	q := source.QueueWith(demand.BufferConfig[string]{
		Capacity: 2,
		Overflow: demand.Shed,
		Priority: func(v string) int { return len(v) },
		OnDrop:   func(v, reason string) { fmt.Println("lost", v, "because of", reason) },
	})
	for _, v := range []string{"a", "bb", "ccc"} {
		if err := q.Offer(context.Background(), v); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(q.Offer(context.Background(), "z"))
	q.Close()
	fmt.Println(flow.Collect(context.Background(), flow.From(q)))
	// Output:
	// lost a because of shed_priority
	// weir: overloaded (shed): 2 of 2 held, retry after 20ms
	// [ccc bb] <nil>
}
