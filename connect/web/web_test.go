package web_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/weir-go/weir/connect/web"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBoom = errors.New("boom")

// serve starts a server of one handler, and returns where Serve's results go.
func serve[T any](t *testing.T, f flow.Flow[T], as web.Format[T]) (*httptest.Server, chan error) {
	ends := make(chan error, 10)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ends <- web.Serve(w, r, f, as)
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close(); http.DefaultClient.CloseIdleConnections() })
	return s, ends
}

func failsAt(n int) flow.Flow[int] {
	return flow.Via(flow.From(source.Range(0, n+1)), operators.MapErr(func(v int) (int, error) {
		if v == n {
			return 0, errBoom
		}
		return v, nil
	}))
}

func TestServe(t *testing.T) {
	type point struct{ X, Y int }
	points := flow.Via(flow.From(source.Range(1, 3)), operators.Map(func(v int) point { return point{v, -v} }))
	text := web.Events(func(v int) (web.Event, error) {
		return web.Event{ID: fmt.Sprint(v), Name: "n", Data: fmt.Sprintf("%d\r\n<%d>", v, v), Retry: 1500 * time.Millisecond}, nil
	})
	for name, c := range map[string]struct {
		serve       func() (*httptest.Server, chan error)
		status      int
		contentType string
		body        string
		err         error
		cut         bool
	}{
		"JSON lines":  {func() (*httptest.Server, chan error) { return serve(t, points, web.JSONLines[point]()) }, 200, "application/x-ndjson", "{\"X\":1,\"Y\":-1}\n{\"X\":2,\"Y\":-2}\n", nil, false},
		"JSON events": {func() (*httptest.Server, chan error) { return serve(t, points, web.JSONEvents[point]()) }, 200, "text/event-stream", "data: {\"X\":1,\"Y\":-1}\n\ndata: {\"X\":2,\"Y\":-2}\n\nevent: end\ndata:\n\n", nil, false},
		"events":      {func() (*httptest.Server, chan error) { return serve(t, flow.From(source.Range(7, 8)), text) }, 200, "text/event-stream", "id: 7\nevent: n\nretry: 1500\ndata: 7\ndata: <7>\n\nevent: end\ndata:\n\n", nil, false},
		"nothing": {func() (*httptest.Server, chan error) {
			return serve(t, flow.From(source.Range(0, 0)), web.JSONLines[int]())
		}, 200, "application/x-ndjson", "", nil, false},
		"a failure before anything is sent": {func() (*httptest.Server, chan error) { return serve(t, failsAt(0), web.JSONLines[int]()) }, 500, "text/plain; charset=utf-8", "Internal Server Error\n", errBoom, false},
		"lines that fail":                   {func() (*httptest.Server, chan error) { return serve(t, failsAt(2), web.JSONLines[int]()) }, 200, "application/x-ndjson", "0\n1\n", errBoom, true},
		"events that fail":                  {func() (*httptest.Server, chan error) { return serve(t, failsAt(1), web.JSONEvents[int]()) }, 200, "text/event-stream", "data: 0\n\nevent: failed\ndata:\n\n", errBoom, false},
		"a bad event": {func() (*httptest.Server, chan error) {
			return serve(t, failsAt(3), web.Events(func(v int) (web.Event, error) { return web.Event{ID: "a\nb"}, nil }))
		}, 500, "text/plain; charset=utf-8", "Internal Server Error\n", nil, false},
		"no function": {func() (*httptest.Server, chan error) { return serve(t, failsAt(3), web.Events[int](nil)) }, 500, "text/plain; charset=utf-8", "Internal Server Error\n", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, ends := c.serve()
			res, err := http.Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if res.StatusCode != c.status || res.Header.Get("Content-Type") != c.contentType || string(body) != c.body || (err != nil) != c.cut {
				t.Errorf("got %d %s %q, error %v", res.StatusCode, res.Header.Get("Content-Type"), body, err)
			}
			if err := <-ends; (err != nil) != (c.status == 500 || c.err != nil) || c.err != nil && !errors.Is(err, c.err) {
				t.Errorf("Serve returned %v, want %v", err, c.err)
			}
		})
	}
}

// counted is an endless source that counts what was read of it.
func counted(n *atomic.Int64) flow.Flow[string] {
	line := strings.Repeat("x", 1000)
	return flow.From(source.Func(func(context.Context) (string, error) {
		n.Add(1)
		return line, nil
	}))
}

// A client that does not read holds the source back; one that goes away ends the
// run.
func TestSlowClientSlowsThePipeline(t *testing.T) {
	var n atomic.Int64
	s, ends := serve(t, counted(&n), web.JSONLines[string]())
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: weir\r\n\r\n")
	var stuck int64
	waitUntil(t, func() bool {
		before := stuck
		stuck = n.Load()
		return stuck > 0 && stuck == before
	})
	// A few megabytes fit into the buffers between the two.
	if stuck > 50_000 {
		t.Errorf("%d elements were read for a client that reads nothing", stuck)
	}
	r := bufio.NewReader(conn)
	for range 20_000 { // it goes on when the client does
		if _, err := r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	waitUntil(t, func() bool { return n.Load() > stuck })
	_ = conn.Close()
	if err := <-ends; err == nil {
		t.Error("Serve returned nil for a client that went away")
	}
}

// A client that goes away while there is nothing to write is noticed too.
func TestClientThatGoesAwayCancels(t *testing.T) {
	silent := make(chan int)
	s, ends := serve(t, flow.From(source.Chan(silent)), web.JSONEvents[int]())
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	go func() { silent <- 1 }()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	_ = res.Body.Close()
	if err := <-ends; !errors.Is(err, context.Canceled) {
		t.Errorf("Serve returned %v", err)
	}
}

// What was written goes out although nothing follows.
func TestNothingWaitsForMore(t *testing.T) {
	ch := make(chan int)
	s, ends := serve(t, flow.From(source.Chan(ch)), web.JSONLines[int]())
	go func() { ch <- 1 }()
	res, err := http.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(res.Body)
	for i := range 3 {
		if line, err := r.ReadString('\n'); err != nil || line != fmt.Sprintln(i+1) {
			t.Fatalf("got %q, error %v", line, err)
		}
		if i < 2 {
			ch <- i + 2
		}
	}
	close(ch)
	_ = res.Body.Close()
	<-ends
}

func waitUntil(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come about")
		}
	}
}
