package weirgrpc_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"pgregory.net/rapid"

	weirgrpc "github.com/weir-go/weir/connect/grpc"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
)

// A cutter is a proxy that cuts each connection after some bytes from the server.
type cutter struct {
	net.Listener
	to   string
	cuts atomic.Int64
	next func() int64 // bytes until the next cut; below zero: none
	wg   sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
}

func cutting(t testing.TB, to string, next func() int64) *cutter {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{Listener: l, to: to, next: next}
	c.wg.Go(c.accept)
	return c
}

func (c *cutter) accept() {
	for {
		down, err := c.Accept()
		if err != nil {
			return
		}
		up, err := net.Dial("tcp", c.to)
		if err != nil {
			down.Close()
			continue
		}
		c.mu.Lock()
		c.conns = append(c.conns, down, up)
		c.mu.Unlock()
		end := sync.OnceFunc(func() { up.Close(); down.Close() })
		left := c.next()
		c.wg.Go(func() { defer end(); copyBytes(up, down, -1) })
		c.wg.Go(func() {
			defer end()
			if copyBytes(down, up, left) {
				c.cuts.Add(1)
			}
		})
	}
}

// copyBytes copies at most n bytes, and reports that it was cut there.
func copyBytes(to, from net.Conn, n int64) bool {
	b := make([]byte, 4096)
	for {
		most := int64(len(b))
		if n >= 0 {
			most = min(most, n)
		}
		if most == 0 {
			return true
		}
		got, err := from.Read(b[:most])
		if got > 0 {
			if _, err := to.Write(b[:got]); err != nil {
				return false
			}
			if n >= 0 {
				n -= int64(got)
			}
		}
		if err != nil {
			return false
		}
	}
}

// cut cuts all connections.
func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.Close()
	}
	c.conns = nil
}

func (c *cutter) stop() {
	c.Close()
	c.cut()
	c.wg.Wait()
}

// tcp serves on loopback, and returns the address and a function that ends it.
func tcp(t testing.TB, register func(*grpc.Server)) (addr string, stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := grpc.NewServer(grpc.WaitForHandlers(true))
	register(srv)
	var served sync.WaitGroup
	served.Go(func() { _ = srv.Serve(l) })
	return l.Addr().String(), func() { srv.Stop(); served.Wait() }
}

func dial(t testing.TB, addr string) *grpc.ClientConn {
	conn, err := grpc.NewClient("passthrough:///"+addr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: time.Millisecond, Multiplier: 1.1, MaxDelay: 5 * time.Millisecond}, MinConnectTimeout: time.Second}))
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

var soon = weirgrpc.Reconnect(weirgrpc.Retries{First: time.Millisecond, Most: 5 * time.Millisecond})

// However often the connection is cut, and wherever: every element comes once, in
// order, and in the end all are handled.
func TestCutAnywhere(t *testing.T) {
	var cuts, duplicates, resumed int64
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.Int64Range(0, 3000).Draw(rt, "n")
		seed := rapid.Uint64().Draw(rt, "seed")
		ahead := rapid.IntRange(0, 200).Draw(rt, "ahead")
		most := rapid.Int64Range(200, 20_000).Draw(rt, "bytes between cuts")
		limit := rapid.Int64Range(0, 8).Draw(rt, "cuts")
		batch := rapid.IntRange(1, 50).Draw(rt, "batch")
		r := rand.New(rand.NewPCG(seed, 0))

		c, m := newCounter(n), new(weirgrpc.Meter)
		addr, stop := tcp(t, func(srv *grpc.Server) {
			if err := weirgrpc.Serve(srv, service, c.flow, weirgrpc.JSON[int64]()); err != nil {
				rt.Fatal(err)
			}
		})
		defer stop()
		made := int64(0)
		proxy := cutting(t, addr, func() int64 {
			if made++; made > limit {
				return -1
			}
			return r.Int64N(most)
		})
		defer proxy.stop()
		conn := dial(t, proxy.Addr().String())
		defer conn.Close()
		opts := []weirgrpc.Option{soon, weirgrpc.Metered(m)}
		if ahead > 0 {
			opts = append(opts, weirgrpc.Ahead(ahead))
		}
		var got []int64
		f := flow.Via(numbers(conn, opts...), operators.Batch[int64](batch, 0))
		err := f.To(sink.ForEach(func(b []int64) error { got = append(got, b...); return nil })).Run(t.Context())
		if err != nil || !slices.Equal(got, upTo(n)) {
			rt.Fatalf("got %d elements and error %v, want %d; %d cuts, %+v", len(got), err, n, proxy.cuts.Load(), m.Read())
		}
		if s := m.Read(); s.Done != n || s.Elements != n {
			rt.Fatalf("%+v", s)
		}
		// The last stream may have begun behind the last element.
		if proxy.cuts.Load() == 0 && c.handled() != n {
			rt.Fatalf("the producer knows of %d, want %d", c.handled(), n)
		}
		cuts += proxy.cuts.Load()
		duplicates += m.Read().Duplicates
		resumed += m.Read().Resumed
	})
	if cuts == 0 || duplicates == 0 || resumed == 0 {
		t.Errorf("%d cuts, %d duplicates, %d resumed: the test did not test", cuts, duplicates, resumed)
	}
}

// Elements of the old stream that are handled before the new one has sent them again.
func TestDoneIsOfTheStream(t *testing.T) {
	c := newCounter(100)
	handle, replay := make(chan struct{}), make(chan struct{})
	addr, stop := tcp(t, func(srv *grpc.Server) {
		_ = weirgrpc.Serve(srv, service, func(ctx context.Context, at weirgrpc.Resume) (flow.Flow[int64], error) {
			f, err := c.flow(ctx, at)
			again := c.opened.Load() > 1
			return f.Filter(func(int64) bool {
				if again {
					<-replay
				}
				return true
			}), err
		}, weirgrpc.JSON[int64]())
	})
	defer stop()
	proxy := cutting(t, addr, func() int64 { return -1 })
	defer proxy.stop()
	conn := dial(t, proxy.Addr().String())
	defer conn.Close()
	m := new(weirgrpc.Meter)
	got := int64(0)
	r, err := numbers(conn, soon, weirgrpc.Ahead(40), weirgrpc.Metered(m)).To(sink.ForEach(func(int64) error {
		<-handle
		got++
		return nil
	})).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "40 have come", func() bool { return m.Read().Elements >= 40 })
	proxy.cut()
	eventually(t, "a new stream", func() bool { return c.opened.Load() == 2 })
	close(handle)
	eventually(t, "40 are handled", func() bool { return m.Read().Done >= 40 })
	close(replay)
	if err := r.Wait(); err != nil || got != 100 || c.handled() != 100 || m.Read().Duplicates < 40 {
		t.Fatal(err, got, c.handled(), m.Read())
	}
}

func TestWithoutReconnectACutIsAnError(t *testing.T) {
	c := newCounter(1 << 40)
	addr, stop := tcp(t, func(srv *grpc.Server) { _ = weirgrpc.Serve(srv, service, c.flow, weirgrpc.JSON[int64]()) })
	defer stop()
	proxy := cutting(t, addr, func() int64 { return 5000 })
	defer proxy.stop()
	conn := dial(t, proxy.Addr().String())
	defer conn.Close()
	got, err := flow.Collect(t.Context(), numbers(conn))
	if !slices.Equal(got, upTo(int64(len(got)))) || err == nil || status.Code(err) != codes.Unavailable && !strings.Contains(err.Error(), "unexpected EOF") {
		t.Fatal(len(got), err)
	}
	<-c.causes // the producer has noticed
	if c.handled() > int64(len(got)) {
		t.Fatal(c.handled(), len(got))
	}
}

func TestReconnectGivesUp(t *testing.T) {
	addr, stop := tcp(t, func(*grpc.Server) {})
	stop()
	conn := dial(t, addr)
	defer conn.Close()
	_, err := flow.Collect(t.Context(), numbers(conn, weirgrpc.Reconnect(weirgrpc.Retries{First: time.Millisecond, Most: time.Millisecond, Max: 3})))
	if status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), "gave up after 3 attempts") {
		t.Fatal(err)
	}
	t.Run("cancel", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		begin := time.Now()
		_, err := flow.Collect(ctx, numbers(conn, weirgrpc.Reconnect(weirgrpc.Retries{First: time.Hour, Most: time.Hour})))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 5*time.Second {
			t.Fatal(err, time.Since(begin))
		}
	})
	t.Run("drain", func(t *testing.T) {
		r, err := numbers(conn, soon).To(sink.Discard[int64]()).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// An error that is the producer's own, and not for now only, is not tried again.
func TestReconnectIsNotForErrors(t *testing.T) {
	for code, want := range map[codes.Code]int64{codes.DataLoss: 1, codes.Unavailable: 4} {
		c := newCounter(10)
		c.err = status.Error(code, "no")
		got, err := flow.Collect(t.Context(), numbers(serve(t, weirgrpc.JSON[int64](), c.flow), weirgrpc.Reconnect(weirgrpc.Retries{First: time.Millisecond, Most: time.Millisecond, Max: 3})))
		if status.Code(err) != code || !slices.Equal(got, upTo(10)) || c.opened.Load() != want {
			t.Errorf("%s: got %v, %v after %d attempts, want %d", code, got, err, c.opened.Load(), want)
		}
	}
}

func TestAnEarlierRunGoesOn(t *testing.T) {
	c := newCounter(100)
	conn := serve(t, weirgrpc.JSON[int64](), c.flow)
	first, err := flow.Collect(t.Context(), numbers(conn).Take(40))
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "40 are handled", func() bool { return c.handled() == 40 })
	rest, err := flow.Collect(t.Context(), numbers(conn, weirgrpc.After(40)))
	if err != nil || !slices.Equal(append(first, rest...), upTo(100)) {
		t.Fatal(len(first), len(rest), err)
	}
}
