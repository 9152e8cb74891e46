package weirgrpc_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	weirgrpc "github.com/weir-go/weir/connect/grpc"
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

func TestAllOfItInOrder(t *testing.T) {
	for name, opts := range map[string][]weirgrpc.Option{"exact": nil, "ahead": {weirgrpc.Ahead(64)}} {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int64{0, 1, 2, 511, 10_000} {
				c, m := newCounter(n), new(weirgrpc.Meter)
				got, err := flow.Collect(t.Context(), numbers(serve(t, weirgrpc.JSON[int64](), c.flow, weirgrpc.Metered(m)), opts...))
				if err != nil || !slices.Equal(got, upTo(n)) {
					t.Fatalf("got %d elements and error %v, want %d", len(got), err, n)
				}
				if c.handled() != n {
					t.Errorf("the producer knows of %d handled, want %d", c.handled(), n)
				}
				if s := m.Read(); s.Elements != n || s.Done != n || s.Streams != 1 || s.Granted < n {
					t.Errorf("counted %+v", s)
				}
			}
		})
	}
}

func TestOneRequestIsOneElement(t *testing.T) {
	c := newCounter(100)
	a := subscribe(t, numbers(serve(t, weirgrpc.JSON[int64](), c.flow)))
	time.Sleep(20 * time.Millisecond)
	if c.opened.Load() != 0 && c.asked.Load() != 0 {
		t.Fatal("asked without demand")
	}
	for i := int64(1); i <= 5; i++ {
		a.sub.Request(1)
		if v := <-a.got; v != i {
			t.Fatalf("got %d, want %d", v, i)
		}
		time.Sleep(5 * time.Millisecond)
		if c.asked.Load() != i || len(a.got) > 0 {
			t.Fatalf("after %d requests the source was asked for %d", i, c.asked.Load())
		}
	}
	a.sub.Request(7)
	for range 7 {
		<-a.got
	}
	eventually(t, "12 are handled", func() bool { return c.handled() == 12 })
	if c.gave.Load() != 12 || c.asked.Load() != 12 {
		t.Fatalf("asked for %d, gave %d, want 12", c.asked.Load(), c.gave.Load())
	}
	a.sub.Cancel()
	if cause := <-c.causes; cause == nil {
		t.Fatal("no cause")
	}
}

func TestTheProducerStaysWithinTheWindow(t *testing.T) {
	c, m := newCounter(1<<40), new(weirgrpc.Meter)
	conn := serve(t, weirgrpc.JSON[int64](), c.flow, weirgrpc.Metered(m))
	n, stop := int64(0), errors.New("stop")
	err := numbers(conn, weirgrpc.Ahead(100)).To(sink.ForEach(func(v int64) error {
		if n++; v != n {
			t.Errorf("got %d, want %d", v, n)
		}
		if n%50 == 0 {
			time.Sleep(2 * time.Millisecond)
		}
		// What a pull has room for is at most the default window.
		if s := m.Read(); s.Elements > s.Granted || s.Elements-n > demand.DefaultWindow+100 {
			t.Errorf("%d of %d were sent when %d had come", s.Elements, s.Granted, n)
		}
		if n == 3000 {
			return stop
		}
		return nil
	})).Run(t.Context())
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	if cause := <-c.causes; cause == nil {
		t.Fatal("no cause")
	}
	if c.handled() > 3000 {
		t.Errorf("%d are handled", c.handled())
	}
}

func TestAnErrorComesBehindTheElements(t *testing.T) {
	c := newCounter(10)
	c.err = status.Error(codes.DataLoss, "the well is dry")
	got, err := flow.Collect(t.Context(), numbers(serve(t, weirgrpc.JSON[int64](), c.flow)))
	if !slices.Equal(got, upTo(10)) || status.Code(err) != codes.DataLoss || !strings.Contains(err.Error(), "the well is dry") {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestErrorsHaveAStatus(t *testing.T) {
	boom := errors.New("boom")
	for name, test := range map[string]struct {
		f    func(context.Context, weirgrpc.Resume) (flow.Flow[int64], error)
		opts []weirgrpc.Option
		want codes.Code
		text string
	}{
		"plain": {func(context.Context, weirgrpc.Resume) (flow.Flow[int64], error) { return flow.Flow[int64]{}, boom }, nil, codes.Unknown, "boom"},
		"status": {func(context.Context, weirgrpc.Resume) (flow.Flow[int64], error) {
			return flow.Flow[int64]{}, status.Error(codes.OutOfRange, "no")
		}, nil, codes.OutOfRange, "no"},
		"panic": {func(context.Context, weirgrpc.Resume) (flow.Flow[int64], error) { panic("ouch") }, nil, codes.Internal, "ouch"},
		"overload": {func(context.Context, weirgrpc.Resume) (flow.Flow[int64], error) {
			return flow.Flow[int64]{}, &demand.OverloadError{Reason: "full"}
		}, nil, codes.ResourceExhausted, "full"},
		"panic in a stage": {func(context.Context, weirgrpc.Resume) (flow.Flow[int64], error) {
			return flow.From(source.Slice([]int64{1})).Filter(func(int64) bool { panic("ouch") }), nil
		}, nil, codes.Internal, "ouch"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := flow.Collect(t.Context(), numbers(serve(t, weirgrpc.JSON[int64](), test.f), test.opts...))
			if status.Code(err) != test.want || !strings.Contains(err.Error(), test.text) {
				t.Fatalf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestEitherSideEndsTheOther(t *testing.T) {
	t.Run("take", func(t *testing.T) {
		c := newCounter(1 << 40)
		got, err := flow.Collect(t.Context(), numbers(serve(t, weirgrpc.JSON[int64](), c.flow), weirgrpc.Ahead(1000)).Take(5))
		if err != nil || !slices.Equal(got, upTo(5)) {
			t.Fatal(got, err)
		}
		<-c.causes
	})
	t.Run("context", func(t *testing.T) {
		c := newCounter(1 << 40)
		ctx, cancel := context.WithCancel(t.Context())
		err := numbers(serve(t, weirgrpc.JSON[int64](), c.flow)).To(sink.ForEach(func(v int64) error {
			if v == 100 {
				cancel()
			}
			return nil
		})).Run(ctx)
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		<-c.causes
	})
	t.Run("deadline", func(t *testing.T) {
		c := newCounter(1 << 40)
		var timed bool
		conn := serve(t, weirgrpc.JSON[int64](), func(ctx context.Context, at weirgrpc.Resume) (flow.Flow[int64], error) {
			_, timed = ctx.Deadline()
			return c.flow(ctx, at)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := numbers(conn).To(sink.Discard[int64]()).Run(ctx)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		<-c.causes
		if !timed {
			t.Error("the deadline did not cross")
		}
	})
	t.Run("drain", func(t *testing.T) {
		c := newCounter(1 << 40)
		n := int64(0)
		half := make(chan struct{})
		r, err := numbers(serve(t, weirgrpc.JSON[int64](), c.flow)).To(sink.ForEach(func(int64) error {
			if n++; n == 100 {
				close(half)
			}
			return nil
		})).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		<-half
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-c.causes
		if c.handled() != n {
			t.Errorf("%d are handled, %d were delivered", c.handled(), n)
		}
	})
}

func TestACloseThatFailsIsTold(t *testing.T) {
	// The consumer has all, and hears that the producer could not commit.
	c := newCounter(3)
	conn := serve(t, weirgrpc.JSON[int64](), func(ctx context.Context, at weirgrpc.Resume) (flow.Flow[int64], error) {
		f, err := c.flow(ctx, at)
		return closing(f, status.Error(codes.Aborted, "no commit")), err
	})
	got, err := flow.Collect(t.Context(), numbers(conn))
	if len(got) != 3 || status.Code(err) != codes.Aborted {
		t.Fatalf("got %v, %v", got, err)
	}
}

func TestBadBlueprints(t *testing.T) {
	conn := serve(t, weirgrpc.JSON[int64](), newCounter(1).flow)
	for name, f := range map[string]flow.Flow[int64]{
		"connection":     numbers(nil),
		"service":        flow.From(weirgrpc.Source(conn, "", weirgrpc.JSON[int64]())),
		"codec":          flow.From(weirgrpc.Source[int64](conn, service, nil)),
		"zero value":     numbers(conn, weirgrpc.Option{}),
		"RunWith":        numbers(conn, weirgrpc.RunWith()),
		"After":          numbers(conn, weirgrpc.After(-1)),
		"Ahead":          numbers(conn, weirgrpc.Ahead(0)),
		"Repeat":         numbers(conn, weirgrpc.Repeat(0)),
		"Linger":         numbers(conn, weirgrpc.Linger(-1)),
		"MaxElement":     numbers(conn, weirgrpc.MaxElement(0)),
		"meter":          numbers(conn, weirgrpc.Metered(nil)),
		"Reconnect want": numbers(conn, weirgrpc.Reconnect(weirgrpc.Retries{})),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := f.To(sink.Discard[int64]()).Start(t.Context()); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v", err)
			}
		})
	}
	for name, err := range map[string]error{
		"server":   weirgrpc.Serve(nil, service, newCounter(1).flow, weirgrpc.JSON[int64]()),
		"name":     weirgrpc.Serve(anyServer{}, "a/b", newCounter(1).flow, weirgrpc.JSON[int64]()),
		"function": weirgrpc.Serve(anyServer{}, service, nil, weirgrpc.JSON[int64]()),
		"codec":    weirgrpc.Serve(anyServer{}, service, newCounter(1).flow, nil),
		"After":    weirgrpc.Serve(anyServer{}, service, newCounter(1).flow, weirgrpc.JSON[int64](), weirgrpc.After(1)),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
