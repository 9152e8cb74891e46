package weirgrpc_test

import (
	"context"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	weirgrpc "github.com/weir-go/weir/connect/grpc"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
)

func TestTheTraceContextCrosses(t *testing.T) {
	var got trace.SpanContext
	c := newCounter(1)
	conn := serve(t, weirgrpc.JSON[int64](), func(ctx context.Context, at weirgrpc.Resume) (flow.Flow[int64], error) {
		got = trace.SpanContextFromContext(ctx)
		return c.flow(ctx, at)
	})
	state, err := trace.ParseTraceState("vendor=x")
	if err != nil {
		t.Fatal(err)
	}
	want := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, 2}, SpanID: trace.SpanID{3}, TraceFlags: trace.FlagsSampled, TraceState: state})
	if _, err := flow.Collect(trace.ContextWithSpanContext(t.Context(), want), numbers(conn)); err != nil {
		t.Fatal(err)
	}
	if got.TraceID() != want.TraceID() || !got.IsSampled() || !got.IsRemote() || got.TraceState().String() != "vendor=x" {
		t.Fatalf("%+v", got)
	}
}

// A silent listener that swallows everything once told to: a peer that has died
// without a word, on a connection that still stands.
type silence struct {
	net.Conn
	on *atomic.Bool
}

func (s silence) Write(b []byte) (int, error) {
	if s.on.Load() {
		return len(b), nil
	}
	return s.Conn.Write(b)
}

func TestADeadConsumerIsNoticed(t *testing.T) {
	c := newCounter(1 << 40)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := grpc.NewServer(weirgrpc.KeepAliveServer(time.Second)...)
	if err := weirgrpc.Serve(srv, service, c.flow, weirgrpc.JSON[int64]()); err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() { _ = srv.Serve(l) })
	defer served.Wait()
	defer srv.Stop()
	var dead atomic.Bool
	conn, err := grpc.NewClient("passthrough:///"+l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
			return silence{conn, &dead}, err
		}))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	a := subscribe(t, numbers(conn))
	a.sub.Request(1)
	<-a.got
	dead.Store(true)
	select {
	case <-c.causes:
	case <-time.After(10 * time.Second):
		t.Fatal("the producer still runs")
	}
	a.sub.Request(1)
	if err := <-a.over; err == nil {
		t.Fatal("the consumer takes the end of the connection for that of the flow")
	}
}

// Memory on both sides stays what credit allows, however slow the consumer is.
func TestASlowConsumerHoldsTheProducer(t *testing.T) {
	c, m := newCounter(1<<40), new(weirgrpc.Meter)
	conn := serve(t, weirgrpc.JSON[int64](), c.flow, weirgrpc.Metered(m))
	a := subscribe(t, numbers(conn, weirgrpc.Ahead(50)))
	a.sub.Request(10)
	for range 10 {
		<-a.got
	}
	eventually(t, "all credit is used", func() bool { s := m.Read(); return s.Elements == s.Granted })
	time.Sleep(30 * time.Millisecond)
	if s := m.Read(); s.Elements > 60 || s.Elements < 35 || c.asked.Load() != s.Elements {
		t.Errorf("%+v, the source was asked for %d", s, c.asked.Load())
	}
	a.sub.Cancel()
	<-c.causes
}

// One server, many consumers: each has a run of its own.
func TestManyConsumers(t *testing.T) {
	c := newCounter(500)
	conn := serve(t, weirgrpc.JSON[int64](), c.flow)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			got, err := flow.Collect(t.Context(), numbers(conn, weirgrpc.Ahead(30)))
			if err != nil || !slices.Equal(got, upTo(500)) {
				t.Error(len(got), err)
			}
		})
	}
	all.Wait()
	if c.opened.Load() != 20 {
		t.Error(c.opened.Load())
	}
}

// A producer that stops early, in the middle of a read, completes the consumer.
func TestTheProducerHasEnough(t *testing.T) {
	c := newCounter(1 << 40)
	conn := serve(t, weirgrpc.JSON[int64](), func(ctx context.Context, at weirgrpc.Resume) (flow.Flow[int64], error) {
		f, err := c.flow(ctx, at)
		return f.TakeWhile(func(n int64) bool { return n <= 777 }), err
	})
	n := int64(0)
	err := numbers(conn).To(sink.ForEach(func(int64) error { n++; return nil })).Run(t.Context())
	if err != nil || n != 777 || c.handled() > 777 {
		t.Fatal(n, err, c.handled())
	}
}

// A server that stops ends its consumers with an error, not with an end.
func TestTheServerStops(t *testing.T) {
	c := newCounter(1 << 40)
	addr, stop := tcp(t, func(srv *grpc.Server) { _ = weirgrpc.Serve(srv, service, c.flow, weirgrpc.JSON[int64]()) })
	conn := dial(t, addr)
	defer conn.Close()
	a := subscribe(t, numbers(conn))
	a.sub.Request(3)
	for range 3 {
		<-a.got
	}
	stop()
	a.sub.Request(1)
	if err := <-a.over; err == nil || err == io.EOF {
		t.Fatal(err)
	}
	<-c.causes
}
