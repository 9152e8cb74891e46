package source_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
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

// watched counts how often an input is opened and closed.
type watched struct {
	io.Reader
	opened, closed int
	err            error // of Close
}

func (w *watched) open(context.Context) (io.ReadCloser, error) { w.opened++; return w, nil }
func (w *watched) Close() error                                { w.closed++; return w.err }

func TestInputIsClosed(t *testing.T) {
	lines := strings.Repeat("a line\n", 10_000)
	for name, test := range map[string]struct {
		via    func(flow.Flow[string]) flow.Flow[string]
		sink   func(string) error
		close  error
		opened int
		want   error
	}{
		"read to its end": {opened: 1},
		"enough":          {opened: 1, via: func(f flow.Flow[string]) flow.Flow[string] { return f.Via(operators.Take[string](3)) }},
		"enough, over a link": {opened: 1, via: func(f flow.Flow[string]) flow.Flow[string] {
			return f.Via(operators.Async[string](2)).Via(operators.Take[string](3))
		}},
		"never asked":               {opened: 0, via: func(f flow.Flow[string]) flow.Flow[string] { return f.Via(operators.Take[string](0)) }},
		"failing sink":              {opened: 1, sink: func(string) error { return errBoom }, want: errBoom},
		"close fails":               {opened: 1, close: errBoom, want: errBoom},
		"close fails, after enough": {opened: 1, close: errBoom, want: errBoom, via: func(f flow.Flow[string]) flow.Flow[string] { return f.Via(operators.Take[string](3)) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := &watched{Reader: strings.NewReader(lines), err: test.close}
			f := flow.From(source.Lines(w.open))
			if test.via != nil {
				f = test.via(f)
			}
			if test.sink == nil {
				test.sink = func(string) error { return nil }
			}
			err := f.To(sink.ForEach(test.sink)).Run(t.Context())
			if !errors.Is(err, test.want) || w.opened != test.opened || w.closed != test.opened {
				t.Errorf("%v, opened %d times, closed %d times; want %v, %d and the same", err, w.opened, w.closed, test.want, test.opened)
			}
		})
	}
}

// Of many files one after the other, each is closed when it has been read.
func TestInputsAreClosedOneByOne(t *testing.T) {
	files := []*watched{{Reader: strings.NewReader("a\nb\n")}, {Reader: strings.NewReader("c\n")}}
	var flows []flow.Flow[string]
	for _, w := range files {
		flows = append(flows, flow.From(source.Lines(w.open)))
	}
	err := flow.Concat(flows...).To(sink.ForEach(func(v string) error {
		if files[0].closed == 1 != (v == "c") {
			return fmt.Errorf("at %s the first was closed %d times", v, files[0].closed)
		}
		return nil
	})).Run(t.Context())
	if err != nil {
		t.Error(err)
	}
}

func TestOpenersRunAgain(t *testing.T) {
	f := flow.From(source.Lines(source.File(write(t, "lines", "one\ntwo\n"))))
	for range 2 {
		if got, err := flow.Collect(t.Context(), f); err != nil || !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("got %q, %v", got, err)
		}
	}
	r := &watched{Reader: strings.NewReader("one\n")}
	once := flow.From(source.Lines(source.Reader(r)))
	if got, err := flow.Collect(t.Context(), once); err != nil || len(got) != 1 || r.closed != 0 {
		t.Errorf("got %q, %v, closed %d times; a borrowed reader stays open", got, err, r.closed)
	}
	_, err := flow.Collect(t.Context(), once)
	wantStage(t, err, "lines", stage.ErrUsed)
}

// pipe returns an opener of a pipe of the operating system.
func pipe(t *testing.T) (source.Opener, *os.File, *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	t.Cleanup(func() { _ = r.Close() })
	return func(context.Context) (io.ReadCloser, error) { return r, nil }, r, w
}

// A record leaves as it comes, and does not wait for the next one.
func TestPipeHandsOnEachRecord(t *testing.T) {
	open, _, w := pipe(t)
	got := make(chan string)
	r := collecting(t, source.Lines(open), func(v string) error { got <- v; return nil })
	for n := range 100 {
		want := fmt.Sprint("line ", n)
		if _, err := fmt.Fprintln(w, want); err != nil {
			t.Fatal(err)
		}
		if v := <-got; v != want {
			t.Fatalf("got %q, want %q", v, want)
		}
	}
	_ = w.Close()
	if err := r.Wait(); err != nil {
		t.Error(err)
	}
}

// A read of a silent pipe is interrupted; half a record is not taken for one.
func TestPipeIsInterrupted(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(*flow.Running) error
		want error
	}{
		"drain": {func(r *flow.Running) error { return r.Drain(context.Background()) }, nil},
		"stop":  {func(r *flow.Running) error { return r.Stop(errBoom) }, errBoom},
	} {
		for _, borrowed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, borrowed %t", name, borrowed), func(t *testing.T) {
				open, in, w := pipe(t)
				if borrowed {
					open = source.Reader(in)
				}
				got := make(chan string, 10)
				r := collecting(t, source.Lines(open), func(v string) error { got <- v; return nil })
				if _, err := fmt.Fprint(w, "one\nha"); err != nil {
					t.Fatal(err)
				}
				if v := <-got; v != "one" {
					t.Fatalf("got %q", v)
				}
				if err := test.end(r); err != test.want {
					t.Errorf("ended with %v, want %v", err, test.want)
				}
				if len(got) > 0 {
					t.Errorf("got %q too", <-got)
				}
				if borrowed { // its owner goes on reading
					p := make([]byte, 2)
					if _, err := fmt.Fprint(w, "lf"); err != nil {
						t.Fatal(err)
					}
					if _, err := io.ReadFull(in, p); err != nil || string(p) != "lf" {
						t.Errorf("after the run the reader gave %q, %v", p, err)
					}
				}
			})
		}
	}
}

// A run that has what it wants does not wait for a silent pipe above a link.
func TestPipeAboveLink(t *testing.T) {
	open, _, w := pipe(t)
	if _, err := fmt.Fprintln(w, "one"); err != nil {
		t.Fatal(err)
	}
	got, err := flow.Collect(t.Context(), flow.From(source.Lines(open)).Via(operators.Async[string](4)).Via(operators.Take[string](1)))
	if err != nil || !slices.Equal(got, []string{"one"}) {
		t.Errorf("got %q, %v", got, err)
	}
}

// Reads that heed the opener's context end with it.
func TestInputThatHeedsItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := func(ctx context.Context) (io.ReadCloser, error) {
			return io.NopCloser(readerFunc(func(p []byte) (int, error) {
				select {
				case <-ctx.Done():
					return 0, fmt.Errorf("receiving: %w", ctx.Err())
				case <-time.After(time.Second):
					return copy(p, "line\n"), nil
				}
			})), nil
		}
		var got []string
		r := collecting(t, source.Lines(open), func(v string) error { got = append(got, v); return nil })
		time.Sleep(3500 * time.Millisecond)
		if err := r.Drain(t.Context()); err != nil || len(got) != 3 {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// A failure of the input's own is one, also while the run is drained.
func TestFailureWhileDraining(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := readerFunc(func([]byte) (int, error) { time.Sleep(time.Second); return 0, errBoom })
		r := collecting(t, source.Lines(source.Reader(reader)), func(string) error { return nil })
		synctest.Wait()
		wantStage(t, r.Drain(t.Context()), "lines", errBoom)
	})
}

// Drained at a random moment, a file gives a prefix, all of which arrives.
func TestFileDrain(t *testing.T) {
	var content strings.Builder
	for n := range 50_000 {
		fmt.Fprintln(&content, n)
	}
	path := write(t, "numbers", content.String())
	for n := range 20 {
		var got []string
		reached := make(chan struct{})
		r := collecting(t, source.Lines(source.File(path)), func(v string) error {
			if got = append(got, v); len(got) == 1+n*1000 {
				close(reached)
			}
			return nil
		})
		<-reached
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, _ := r.Snapshot().Stage("lines")
		if int(s.Out) != len(got) || s.Discarded != 0 {
			t.Fatalf("read %d, delivered %d, discarded %d", s.Out, len(got), s.Discarded)
		}
		for i, v := range got {
			if v != fmt.Sprint(i) {
				t.Fatalf("element %d is %q", i, v)
			}
		}
	}
}

// An endless input without a good record can be drained and stopped.
func TestEndlessDamageEnds(t *testing.T) {
	for name, end := range map[string]func(*flow.Running) error{
		"drain": func(r *flow.Running) error { return r.Drain(context.Background()) },
		"stop": func(r *flow.Running) error {
			if err := r.Stop(errBoom); err != errBoom {
				return fmt.Errorf("stopped with %w", err)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			endless := readerFunc(func(p []byte) (int, error) { return copy(p, "no JSON\n"), nil })
			r := collecting(t, source.JSONLines[city](source.Reader(endless), stage.OnError(stage.Skip())), func(city) error { return nil })
			for s, ok := r.Snapshot().Stage("jsonlines"); ok && s.Dropped[demand.ReasonSkipped] == 0; s, ok = r.Snapshot().Stage("jsonlines") {
				runtime.Gosched()
			}
			if err := end(r); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNamed(t *testing.T) {
	_, err := flow.Collect(t.Context(), flow.From(source.JSONLines[city](source.Named("cities", source.File(write(t, "x", "no JSON\n"))))))
	var at *stage.Error
	if !errors.As(err, &at) || at.Source != "cities" || at.Record != 1 {
		t.Errorf("got %v", err)
	}
	_, err = source.Named("missing", source.File("/does/not/exist"))(t.Context())
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
