package flow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// notes is a subscriber that writes down its signals.
type notes[T any] struct {
	mu   sync.Mutex
	sub  demand.Subscription
	got  []T
	ends []string
	err  error
	next func(v T)
}

func (n *notes[T]) OnSubscribe(sub demand.Subscription) { n.sub = sub }
func (n *notes[T]) OnComplete()                         { n.note("complete", nil) }
func (n *notes[T]) OnError(err error)                   { n.note("error", err) }

func (n *notes[T]) OnNext(v T) {
	n.mu.Lock()
	n.got = append(n.got, v)
	n.mu.Unlock()
	if n.next != nil {
		n.next(v)
	}
}

func (n *notes[T]) note(end string, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ends, n.err = append(n.ends, end), err
}

func (n *notes[T]) want(t *testing.T, ends string, got ...T) {
	t.Helper()
	synctest.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	if fmt.Sprint(n.got) != fmt.Sprint(got) || fmt.Sprint(n.ends) != "["+ends+"]" {
		t.Errorf("got %v, then %v (%v); want %v, then [%s]", n.got, n.ends, n.err, got, ends)
	}
}

func TestAsPublisherGivesWhatIsRequested(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := stagetest.NewSource[int](t)
		f := flow.Via(flow.From(src), operators.Map(func(v int) int { return v * 10 }))
		var n notes[int]
		flow.AsPublisher(f).Subscribe(t.Context(), &n)
		src.ExpectNoRequest(time.Second)
		n.sub.Request(1)
		wantRequest(t, src, 1)
		src.Send(1)
		n.want(t, "", 10)
		src.ExpectNoRequest(time.Second)
		n.sub.Request(2)
		n.sub.Request(1)
		wantRequest(t, src, 2)
		src.Send(2, 3)
		wantRequest(t, src, 1)
		src.Send(4)
		n.want(t, "", 10, 20, 30, 40)
		n.sub.Request(1)
		wantRequest(t, src, 1)
		src.Complete()
		n.want(t, "complete", 10, 20, 30, 40)
	})
}

func TestAsPublisherEnds(t *testing.T) {
	boom := errors.New("boom")
	failing := flow.Via(flow.From(source.Range(0, 5)), operators.MapErr(func(v int) (int, error) {
		if v == 2 {
			return 0, boom
		}
		return v, nil
	}))
	for name, c := range map[string]struct {
		f    flow.Flow[int]
		ends string
		err  error
		do   func(n *notes[int], cancel, kill func())
		got  []int
	}{
		"with an error":           {failing, "error", boom, func(n *notes[int], _, _ func()) { n.sub.Request(10) }, []int{0, 1}},
		"with a request for none": {failing, "error", demand.ErrDemand, func(n *notes[int], _, _ func()) { n.sub.Request(0) }, nil},
		"with a request for none, before some": {failing, "error", demand.ErrDemand, func(n *notes[int], _, _ func()) {
			n.sub.Request(0)
			n.sub.Request(10)
		}, nil},
		"with a mistake": {flow.From(source.Range(0, 1)).Take(-1), "error", nil, func(*notes[int], func(), func()) {}, nil},
		"when cancelled": {failing, "", nil, func(n *notes[int], _, _ func()) {
			n.sub.Request(1)
			synctest.Wait()
			n.sub.Cancel()
			n.sub.Cancel()
			n.sub.Request(-1)
		}, []int{0}},
		"with the context of Subscribe": {failing, "", nil, func(n *notes[int], cancel, _ func()) {
			n.sub.Request(1)
			synctest.Wait()
			cancel()
			synctest.Wait()
			n.sub.Request(1)
		}, []int{0}},
		"with its own context": {failing, "error", context.Canceled, func(n *notes[int], _, kill func()) { n.sub.Request(1); synctest.Wait(); kill() }, []int{0}},
		"without limit":        {flow.From(source.Range(0, 3)), "complete", nil, func(n *notes[int], _, _ func()) { n.sub.Request(demand.Unbounded); n.sub.Request(demand.Unbounded) }, []int{0, 1, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				own, kill := context.WithCancel(t.Context())
				var n notes[int]
				flow.AsPublisher(c.f, flow.Within(own)).Subscribe(ctx, &n)
				synctest.Wait()
				c.do(&n, cancel, kill)
				n.want(t, c.ends, c.got...)
				if c.err != nil && !errors.Is(n.err, c.err) {
					t.Errorf("got error %v, want %v", n.err, c.err)
				}
				cancel()
				kill()
			})
		})
	}
}

func TestAsPublisherRunsForEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := flow.AsPublisher(flow.From(source.Range(0, 3)))
		var a, b notes[int]
		p.Subscribe(t.Context(), &a)
		p.Subscribe(t.Context(), &b)
		a.sub.Request(2)
		b.sub.Request(4)
		a.want(t, "", 0, 1)
		b.want(t, "complete", 0, 1, 2)
		a.sub.Cancel()
	})
}

func TestSubscriberThatRequestsFromOnNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &notes[int]{}
		n.next = func(int) { n.sub.Request(1) }
		flow.AsPublisher(flow.From(source.Range(0, 1000))).Subscribe(t.Context(), n)
		n.sub.Request(1)
		synctest.Wait()
		if len(n.got) != 1000 || fmt.Sprint(n.ends) != "[complete]" {
			t.Errorf("got %d elements, then %v", len(n.got), n.ends)
		}
	})
}

func TestSubscriberThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &notes[int]{next: func(int) { panic("no") }}
		flow.AsPublisher(flow.From(source.Range(0, 1000))).Subscribe(t.Context(), n)
		n.sub.Request(5)
		n.want(t, "", 0)
	})
}

func TestFromPublisher(t *testing.T) {
	for _, window := range []int{1, 7, 1024} {
		p := flow.AsPublisher(flow.From(source.Range(0, 5000)))
		var got []int
		err := flow.FromPublisher(p).To(sink.Slice(&got, stage.Window(1, window))).Run(t.Context())
		want, _ := flow.Collect(t.Context(), flow.From(source.Range(0, 5000)))
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("window %d: got %d elements, error %v", window, len(got), err)
		}
		some, err := flow.Collect(t.Context(), flow.FromPublisher(p).Take(10))
		if err != nil || !slices.Equal(some, want[:10]) {
			t.Errorf("got %v, error %v", some, err)
		}
	}
}

// wrong is a publisher that does what it likes.
type wrong func(s demand.Subscriber[int])

func (w wrong) Subscribe(_ context.Context, s demand.Subscriber[int]) { w(s) }

type subscriptionFunc struct {
	request func(n int64)
	cancel  func()
}

func (s subscriptionFunc) Request(n int64) { s.request(n) }
func (s subscriptionFunc) Cancel()         { s.cancel() }

func TestFromPublisherThatIsWrong(t *testing.T) {
	t.Run("gives too many", func(t *testing.T) {
		_, err := flow.Collect(t.Context(), flow.FromPublisher(wrong(func(s demand.Subscriber[int]) {
			s.OnSubscribe(subscriptionFunc{func(n int64) {
				for i := range n + 1 {
					s.OnNext(int(i))
				}
			}, func() {}})
		})))
		var at *stage.Error
		if !errors.Is(err, flow.ErrTooMany) || !errors.As(err, &at) || at.Stage != "publisher" {
			t.Errorf("got error %v", err)
		}
	})
	t.Run("subscribes twice", func(t *testing.T) {
		cancelled := 0
		got, err := flow.Collect(t.Context(), flow.FromPublisher(wrong(func(s demand.Subscriber[int]) {
			s.OnSubscribe(subscriptionFunc{func(int64) { s.OnComplete() }, func() {}})
			s.OnSubscribe(subscriptionFunc{func(int64) { s.OnNext(1) }, func() { cancelled++ }})
		})))
		if err != nil || len(got) > 0 || cancelled != 1 {
			t.Errorf("got %v, error %v, cancelled %d times", got, err, cancelled)
		}
	})
}

func TestFromPublisherDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sub demand.Subscriber[int]
		cancelled := false
		p := wrong(func(s demand.Subscriber[int]) {
			sub = s
			s.OnSubscribe(subscriptionFunc{func(int64) {}, func() { cancelled = true }})
		})
		var got []int
		r, err := flow.FromPublisher(p).To(sink.Slice(&got)).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		sub.OnNext(1)
		synctest.Wait()
		if err := r.Drain(t.Context()); err != nil || !slices.Equal(got, []int{1}) || !cancelled {
			t.Errorf("got %v, error %v, cancelled %t", got, err, cancelled)
		}
	})
}

func TestAsSubscriber(t *testing.T) {
	var got []int
	s, r, err := flow.AsSubscriber(t.Context(), sink.Slice(&got))
	if err != nil {
		t.Fatal(err)
	}
	flow.AsPublisher(flow.From(source.Range(0, 100))).Subscribe(t.Context(), s)
	if err := r.Wait(); err != nil || len(got) != 100 {
		t.Errorf("got %d elements, error %v", len(got), err)
	}
}

func TestAsProcessor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := flow.AsProcessor(operators.Map(func(v int) string { return fmt.Sprint("#", v) }))
		var n notes[string]
		p.Subscribe(t.Context(), &n)
		src := stagetest.NewSource[int](t)
		flow.AsPublisher(flow.From(src)).Subscribe(t.Context(), p)
		n.sub.Request(1)
		wantRequest(t, src, 1)
		src.Send(1)
		n.want(t, "", "#1")
		var second notes[string]
		p.Subscribe(t.Context(), &second)
		second.want(t, "error")
		if !errors.Is(second.err, stage.ErrUsed) {
			t.Errorf("got error %v", second.err)
		}
		n.sub.Cancel()
		src.ExpectCancel()
	})
}

// The error comes without demand (4.2).
func TestAsProcessorPassesErrorsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		boom := errors.New("boom")
		p := flow.AsProcessor(operators.Map(func(v int) int { return v }))
		var n notes[int]
		p.Subscribe(t.Context(), &n)
		p.OnSubscribe(subscriptionFunc{func(int64) {}, func() {}})
		synctest.Wait()
		p.OnError(boom)
		n.want(t, "error")
		if !errors.Is(n.err, boom) {
			t.Errorf("got error %v", n.err)
		}
	})
}

func wantRequest(t *testing.T, src *stagetest.Source[int], n int) {
	t.Helper()
	if got := src.ExpectRequest(); got != n {
		t.Errorf("the source was asked for %d, want %d", got, n)
	}
}
