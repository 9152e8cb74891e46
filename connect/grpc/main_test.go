package weirgrpc_test

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	weirgrpc "github.com/weir-go/weir/connect/grpc"
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/stage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const service = "test.Numbers"

// listen starts a server and returns a connection to it.
func listen(t *testing.T, register func(*grpc.Server), opts ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	l := bufconn.Listen(1 << 20)
	srv := grpc.NewServer(grpc.WaitForHandlers(true))
	register(srv)
	var served sync.WaitGroup
	served.Go(func() { _ = srv.Serve(l) })
	opts = append([]grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return l.DialContext(ctx) }),
	}, opts...)
	conn, err := grpc.NewClient("passthrough:///bufconn", opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		srv.Stop()
		served.Wait()
	})
	return conn
}

// serve serves a flow as numbers.
func serve[T any](t *testing.T, codec weirgrpc.Codec[T], f func(context.Context, weirgrpc.Resume) (flow.Flow[T], error), opts ...weirgrpc.Option) *grpc.ClientConn {
	t.Helper()
	return listen(t, func(srv *grpc.Server) {
		if err := weirgrpc.Serve(srv, service, f, codec, opts...); err != nil {
			t.Fatal(err)
		}
	})
}

// counter is a source of numbers that can begin behind any of them, and knows what
// became of them.
type counter struct {
	n      int64 // the last number
	err    error // in place of the end
	asked  atomic.Int64
	gave   atomic.Int64
	opened atomic.Int64
	causes chan error // of cancels

	mu        sync.Mutex
	done      int64 // the prefix handled
	abandoned []int64
}

func newCounter(n int64) *counter { return &counter{n: n, causes: make(chan error, 1000)} }

func (c *counter) flow(_ context.Context, at weirgrpc.Resume) (flow.Flow[int64], error) {
	c.opened.Add(1)
	return flow.From(stage.NewSource(stage.Meta{Kind: "Counter"}, func(*stage.Runtime) demand.Upstream[int64] {
		return &counterEnd{counter: c, at: at.After}
	})), nil
}

type counterEnd struct {
	*counter
	at    int64
	cause error
}

func (c *counterEnd) Pull(dst *demand.Chunk[int64]) error {
	c.asked.Add(int64(dst.Free()))
	if c.cause != nil {
		return c.cause
	}
	if c.at >= c.n {
		if c.err != nil {
			return c.err
		}
		return demand.ErrCompleted
	}
	for dst.Free() > 0 && c.at < c.n {
		c.at++
		c.gave.Add(1)
		dst.Append(c.at)
	}
	last := c.at
	dst.SetLineage(demand.NewLineage(func(s demand.Settlement) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if s.Outcome == demand.Done {
			c.done = max(c.done, last)
		} else {
			c.abandoned = append(c.abandoned, last)
		}
	}))
	return nil
}

func (c *counterEnd) Cancel(cause error) {
	if c.cause == nil {
		c.cause = cause
		c.causes <- cause
	}
}

func (c *counter) handled() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done
}

// eventually waits for something that other goroutines, or the network, bring about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it did not come to be: %s", what)
		}
	}
}

// numbers is the remote flow.
func numbers(conn grpc.ClientConnInterface, opts ...weirgrpc.Option) flow.Flow[int64] {
	return flow.From(weirgrpc.Source(conn, service, weirgrpc.JSON[int64](), opts...))
}

func upTo(n int64) (all []int64) {
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

// asker is a subscriber that requests by hand.
type asker struct {
	sub  demand.Subscription
	got  chan int64
	over chan error // nil for complete
}

func subscribe(t *testing.T, f flow.Flow[int64]) *asker {
	a := &asker{got: make(chan int64, 100_000), over: make(chan error, 1)}
	flow.AsPublisher(f).Subscribe(t.Context(), a)
	return a
}

func (a *asker) OnSubscribe(sub demand.Subscription) { a.sub = sub }
func (a *asker) OnNext(v int64)                      { a.got <- v }
func (a *asker) OnError(err error)                   { a.over <- err }
func (a *asker) OnComplete()                         { a.over <- nil }

type anyServer struct{ grpc.ServiceRegistrar }

// closing adds a close that fails.
func closing[T any](f flow.Flow[T], err error) flow.Flow[T] {
	return flow.Via(f, stage.New("closing", func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		rt.OnClose(func() error { return err })
		return up
	}))
}
