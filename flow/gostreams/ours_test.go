package gostreams_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	streams "github.com/reugn/go-streams"
	"github.com/reugn/go-streams/extension"
	theirs "github.com/reugn/go-streams/flow"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/flow/gostreams"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// theirNumbers is a source of theirs that heeds ctx between two sends, as their
// connectors do.
func theirNumbers(ctx context.Context, n int) streams.Source {
	out := make(chan any)
	go func() {
		defer close(out)
		for i := 0; i < n && ctx.Err() == nil; i++ {
			out <- i
		}
	}()
	return extension.NewChanSource(out)
}

// gather is a sink of theirs for a test.
func gather[T any]() (*gathering[T], func() []T) {
	g := &gathering[T]{in: make(chan any), done: make(chan struct{})}
	go func() {
		defer close(g.done)
		for v := range g.in {
			g.got = append(g.got, v.(T))
		}
	}()
	return g, func() []T { <-g.done; return g.got }
}

type gathering[T any] struct {
	in   chan any
	done chan struct{}
	got  []T
}

func (g *gathering[T]) In() chan<- any   { return g.in }
func (g *gathering[T]) AwaitCompletion() { <-g.done }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestOurSource(t *testing.T) {
	for _, n := range []int{0, 1, 100} {
		numbers := flow.From(source.Range(0, n))
		t.Run(fmt.Sprint("Via of ", n), func(t *testing.T) {
			s := must(gostreams.ToSource(t.Context(), numbers))
			to, got := gather[int]()
			s.Via(theirs.NewMap(times10, 1)).To(to)
			if err := s.Err(); err != nil || !slices.Equal(got(), mapped(upTo(n), times10)) {
				t.Errorf("got %v, %v", got(), err)
			}
			if err := s.Wait(); err != nil {
				t.Error(err)
			}
		})
		t.Run(fmt.Sprint("Out of ", n), func(t *testing.T) {
			s := must(gostreams.ToSource(t.Context(), numbers))
			to, got := gather[int]()
			all := theirs.RoundRobin(s, 3)
			theirs.Merge(all...).To(to)
			sorted := slices.Sorted(slices.Values(got()))
			if err := s.Wait(); err != nil || !slices.Equal(sorted, upTo(n)) {
				t.Errorf("got %v, %v", sorted, err)
			}
		})
	}
	t.Run("that fails", func(t *testing.T) {
		bad := operators.MapErr(func(v int) (int, error) {
			if v == 7 {
				return 0, errUp
			}
			return v, nil
		}, stage.Name("bad"))
		s := must(gostreams.ToSource(t.Context(), flow.From(source.Range(0, 10)).Via(bad), gostreams.WithRun(quiet)))
		to, got := gather[int]()
		s.Via(theirs.NewPassThrough()).To(to)
		if !slices.Equal(got(), upTo(7)) {
			t.Errorf("got %v", got())
		}
		wantErr[*stage.Error](t, s.Err(), "bad")
		if !errors.Is(s.Err(), errUp) || !errors.Is(s.Wait(), errUp) {
			t.Error(s.Err())
		}
	})
	t.Run("with a mistake", func(t *testing.T) {
		_, err := gostreams.ToSource(t.Context(), flow.From(source.Range(0, 1)).Filter(nil))
		if err == nil || !strings.Contains(err.Error(), "nil") {
			t.Error(err)
		}
	})
}

func TestOurFlow(t *testing.T) {
	text := operators.Map(func(v int) string { return fmt.Sprint(v) })
	words := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}
	t.Run("between theirs", func(t *testing.T) {
		f := must(gostreams.ToFlow(t.Context(), stage.Compose(operators.Map(times10), text)))
		to, got := gather[string]()
		theirNumbers(t.Context(), 10).Via(theirs.NewFilter(odd, 1)).Via(f).Via(theirs.NewPassThrough()).To(to)
		if want := []string{"10", "30", "50", "70", "90"}; f.Err() != nil || !slices.Equal(got(), want) {
			t.Errorf("got %v, %v", got(), f.Err())
		}
		if err := f.Wait(); err != nil {
			t.Error(err)
		}
	})
	t.Run("before a sink", func(t *testing.T) {
		f := must(gostreams.ToFlow(t.Context(), text))
		to, got := gather[string]()
		theirNumbers(t.Context(), 10).Via(f).To(to)
		if err := f.Wait(); err != nil || !slices.Equal(got(), words) {
			t.Errorf("got %v, %v", got(), err)
		}
	})
	t.Run("that holds elements", func(t *testing.T) {
		f := must(gostreams.ToFlow(t.Context(), operators.Batch[int](4, 0)))
		to, got := gather[[]int]()
		theirNumbers(t.Context(), 10).Via(f).To(to)
		if want := "[[0 1 2 3] [4 5 6 7] [8 9]]"; f.Wait() != nil || fmt.Sprint(got()) != want {
			t.Errorf("got %v, %v", got(), f.Err())
		}
	})
	t.Run("with workers", func(t *testing.T) {
		ctx := t.Context()
		f := must(gostreams.ToFlow(ctx, operators.MapContext(func(_ context.Context, v int) (string, error) { return fmt.Sprint(v), nil }, stage.Workers(4))))
		to, got := gather[string]()
		theirNumbers(ctx, 10).Via(f).To(to)
		if err := f.Wait(); err != nil || !slices.Equal(got(), words) {
			t.Errorf("got %v, %v", got(), err)
		}
	})
	t.Run("with a wrong type", func(t *testing.T) {
		f := must(gostreams.ToFlow(t.Context(), operators.Map(strings.ToUpper), gostreams.WithRun(quiet)))
		to, got := gather[string]()
		theirNumbers(t.Context(), 10).Via(f).To(to)
		if e := wantErr[*gostreams.TypeError](t, f.Err(), "map/in"); e.Want != "string" || e.Got != "int" || len(got()) > 0 {
			t.Errorf("got %v, %v", got(), e)
		}
		_ = f.Wait()
	})
}

// A source of theirs that nobody tells sends to the end; one that is told stops.
func TestOurFlowThatEndsEarly(t *testing.T) {
	bad := operators.MapErr(func(v int) (int, error) {
		if v == 7 {
			return 0, errUp
		}
		return v, nil
	})
	for name, c := range map[string]struct {
		s     stage.Stage[int, int]
		n     int
		fails error
	}{
		"has enough": {operators.Take[int](7), 7, nil},
		"fails":      {bad, 7, errUp},
		"panics": {operators.Map(func(v int) int {
			if v == 7 {
				panic(errUp)
			}
			return v
		}), 7, errUp},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			f := must(gostreams.ToFlow(t.Context(), c.s, gostreams.WithContextCancel(cancel), gostreams.WithRun(quiet)))
			to, got := gather[int]()
			theirNumbers(ctx, 1<<40).Via(f).To(to)
			// A panic takes what stands before it in its chunk along.
			if !slices.Equal(got(), upTo(len(got()))) || name != "panics" && len(got()) != c.n || !errors.Is(f.Err(), c.fails) || !errors.Is(f.Wait(), c.fails) || ctx.Err() == nil {
				t.Errorf("got %v, %v", got(), f.Err())
			}
			k := must(gostreams.ToFlow(t.Context(), c.s, gostreams.WithRun(quiet)))
			to, got = gather[int]()
			theirNumbers(context.Background(), 1000).Via(k).To(to)
			if !slices.Equal(got(), upTo(len(got()))) || name != "panics" && len(got()) != c.n || !errors.Is(k.Wait(), c.fails) {
				t.Errorf("got %v, %v", got(), k.Err())
			}
		})
	}
}

func TestOurSink(t *testing.T) {
	t.Run("of theirs", func(t *testing.T) {
		var got []int
		k := must(gostreams.ToSink(t.Context(), sink.Slice(&got)))
		theirNumbers(t.Context(), 10).Via(theirs.NewPassThrough()).To(k)
		if err := k.Err(); err != nil || !slices.Equal(got, upTo(10)) {
			t.Errorf("got %v, %v", got, err)
		}
	})
	t.Run("that fails", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		bad := sink.ForEach(func(v int) error {
			if v == 5 {
				return errUp
			}
			return nil
		}, stage.Name("bad"))
		k := must(gostreams.ToSink(t.Context(), bad, gostreams.WithContextCancel(cancel), gostreams.WithRun(quiet)))
		theirNumbers(ctx, 1<<40).Via(theirs.NewPassThrough()).To(k)
		wantErr[*stage.Error](t, k.Err(), "bad")
	})
	t.Run("nil", func(t *testing.T) {
		if _, err := gostreams.ToSink[int](t.Context(), nil); err == nil {
			t.Error("no error")
		}
		if _, err := gostreams.ToFlow[int, int](t.Context(), nil); err == nil {
			t.Error("no error")
		}
	})
	t.Run("used twice", func(t *testing.T) {
		ch := make(chan int, 10)
		once := sink.ClosingChan(ch)
		k := must(gostreams.ToSink(t.Context(), once))
		theirNumbers(t.Context(), 3).Via(theirs.NewPassThrough()).To(k)
		if _, err := gostreams.ToSink(t.Context(), once); !errors.Is(err, stage.ErrUsed) {
			t.Error(err)
		}
	})
}

// The end of the context ends our parts and the transfers from them, and closes
// every channel that they feed.
func TestOursEndWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := must(gostreams.ToSource(ctx, flow.From(source.Range(0, 1<<60)), gostreams.WithRun(quiet)))
		f := must(gostreams.ToFlow(ctx, operators.Map(times10), gostreams.WithRun(quiet)))
		k := must(gostreams.ToSink(ctx, sink.ForEach(func(int) error { time.Sleep(time.Second); return nil }), gostreams.WithRun(quiet)))
		time.AfterFunc(3500*time.Millisecond, cancel)
		s.Via(theirs.NewPassThrough()).Via(f).Via(theirs.NewPassThrough()).To(k)
		for _, r := range []interface{ Wait() error }{s, f, k} {
			if err := r.Wait(); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		synctest.Wait()
	})
}

// All three of ours, with a sink of theirs that is slow: what is not taken is not
// read.
func TestOursWaitForTheirs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read := 0
		s := must(gostreams.ToSource(t.Context(), flow.From(source.Range(0, 1000)).Peek(func(int) { read++ })))
		next := s.Via(theirs.NewPassThrough())
		for i := range 100 {
			if v := <-next.Out(); v != i {
				t.Fatalf("got %v, want %d", v, i)
			}
			synctest.Wait()
			if ahead := read - i; ahead > 32 {
				t.Fatalf("read %d ahead", ahead)
			}
		}
		for range next.Out() {
		}
		if err := s.Wait(); err != nil || read != 1000 {
			t.Errorf("read %d, %v", read, err)
		}
	})
}

// A file through theirs and ours is what it was.
func TestThereAndBack(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "in.txt"), filepath.Join(dir, "out.txt")
	want := strings.Repeat("a line\nanother one\n", 500)
	if err := os.WriteFile(from, []byte(want), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	f := must(gostreams.ToFlow(ctx, operators.Map(func(s string) string { return s + "\n" })))
	extension.NewFileSource(from, extension.WithContext(ctx)).Via(f).To(extension.NewFileSink(to))
	if err := f.Wait(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(to); err != nil || string(got) != want {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
