package gostreams_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	streams "github.com/reugn/go-streams"
	"github.com/reugn/go-streams/extension"
	theirs "github.com/reugn/go-streams/flow"
	"go.uber.org/goleak"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/flow/gostreams"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	quiet = flow.Logger(slog.New(slog.DiscardHandler))
	errUp = errors.New("upstream broke")
)

func upTo(n int) []int {
	var all []int
	for i := range n {
		all = append(all, i)
	}
	return all
}

func times10(v int) int   { return v * 10 }
func odd(v int) bool      { return v%2 == 1 }
func twice(v int) []int   { return []int{v, v} }
func plus(v, sum int) int { return v + sum }
func flows[T streams.Flow](make func() T) func() streams.Flow {
	return func() streams.Flow { return make() }
}

// run collects what a flow makes.
func run[T any](t *testing.T, f flow.Flow[T]) ([]T, error) {
	t.Helper()
	var got []T
	err := f.To(sink.Slice(&got)).With(quiet).Run(t.Context())
	return got, err
}

func expect[T any](t *testing.T, f flow.Flow[T], want []T) {
	t.Helper()
	got, err := run(t, f)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

// Each of their flows makes the same of the elements as it does there.
func TestTheirFlows(t *testing.T) {
	for _, n := range []int{0, 1, 2, 17, 100} {
		in := upTo(n)
		numbers := flow.From(source.Slice(in))
		for name, one := range map[string]func(t *testing.T){
			"Map": func(t *testing.T) {
				f := gostreams.Flow[int, int](flows(func() *theirs.Map[int, int] { return theirs.NewMap(times10, 1) }))
				expect(t, numbers.Via(f), mapped(in, times10))
			},
			"Map by many": func(t *testing.T) {
				f := gostreams.Flow[int, int](flows(func() *theirs.Map[int, int] { return theirs.NewMap(times10, 4) }))
				got, err := run(t, numbers.Via(f))
				slices.Sort(got)
				if err != nil || !slices.Equal(got, mapped(in, times10)) {
					t.Errorf("got %v, %v", got, err)
				}
			},
			"Filter": func(t *testing.T) {
				f := gostreams.Flow[int, int](flows(func() *theirs.Filter[int] { return theirs.NewFilter(odd, 1) }))
				expect(t, numbers.Via(f), slices.DeleteFunc(slices.Clone(in), func(v int) bool { return !odd(v) }))
			},
			"FlatMap": func(t *testing.T) {
				f := gostreams.Flow[int, int](flows(func() *theirs.FlatMap[int, int] { return theirs.NewFlatMap(twice, 1) }))
				var want []int
				for _, v := range in {
					want = append(want, v, v)
				}
				expect(t, numbers.Via(f), want)
			},
			"Fold": func(t *testing.T) {
				f := gostreams.Flow[int, int](flows(func() *theirs.Fold[int, int] { return theirs.NewFold(7, plus) }))
				expect(t, numbers.Via(f), folded(in, 7))
			},
			"Reduce": func(t *testing.T) {
				f := gostreams.Flow[int, int](flows(func() *theirs.Reduce[int] { return theirs.NewReduce(plus) }))
				expect(t, numbers.Via(f), folded(in, 0))
			},
			"PassThrough": func(t *testing.T) {
				expect(t, numbers.Via(gostreams.Flow[int, int](flows(theirs.NewPassThrough))), in)
			},
			"Batch": func(t *testing.T) {
				f := gostreams.Flow[int, []int](flows(func() *theirs.Batch[int] { return theirs.NewBatch[int](5, time.Hour) }))
				expect(t, flow.Via(numbers, f), slices.Collect(slices.Chunk(in, 5)))
			},
			"Keyed": func(t *testing.T) {
				f := gostreams.Flow[int, int](func() streams.Flow {
					return theirs.NewKeyed(func(v int) int { return v % 3 },
						func() streams.Flow { return theirs.NewMap(times10, 1) })
				})
				got, err := run(t, numbers.Via(f))
				slices.Sort(got)
				if err != nil || !slices.Equal(got, mapped(in, times10)) {
					t.Errorf("got %v, %v", got, err)
				}
			},
			"a chain": func(t *testing.T) {
				f := gostreams.FlowTied[int, string](func(*gostreams.Tie) (streams.Inlet, streams.Outlet, error) {
					first := theirs.NewFilter(odd, 1)
					last := first.Via(theirs.NewMap(times10, 1)).Via(theirs.NewMap(func(v int) string { return fmt.Sprint(v) }, 1))
					return first, last, nil
				})
				var want []string
				for _, v := range in {
					if odd(v) {
						want = append(want, fmt.Sprint(v*10))
					}
				}
				expect(t, flow.Via(numbers, f), want)
			},
			"a diamond": func(t *testing.T) {
				f := gostreams.FlowTied[int, int](func(*gostreams.Tie) (streams.Inlet, streams.Outlet, error) {
					first := theirs.NewPassThrough()
					branches := theirs.FanOut(first, 2)
					return first, theirs.Merge(branches...), nil
				})
				got, err := run(t, numbers.Via(f))
				slices.Sort(got)
				var want []int
				for _, v := range in {
					want = append(want, v, v)
				}
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("got %v, %v", got, err)
				}
			},
		} {
			t.Run(fmt.Sprint(name, " of ", n), one)
		}
	}
}

func mapped(in []int, f func(int) int) []int {
	var out []int
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

func folded(in []int, sum int) []int {
	var out []int
	for _, v := range in {
		sum += v
		out = append(out, sum)
	}
	return out
}

// Their windows, in virtual time: an element a second.
func TestTheirWindows(t *testing.T) {
	for name, c := range map[string]struct {
		window func() streams.Flow
	}{
		"tumbling": {flows(func() *theirs.TumblingWindow[int] { return theirs.NewTumblingWindow[int](2300 * time.Millisecond) })},
		"sliding": {func() streams.Flow {
			return theirs.NewSlidingWindowWithOpts(3400*time.Millisecond, 1700*time.Millisecond, theirs.SlidingWindowOpts[int]{EmitPartialWindow: true})
		}},
		"session":       {flows(func() *theirs.SessionWindow[int] { return theirs.NewSessionWindow[int](1500 * time.Millisecond) })},
		"batch in time": {flows(func() *theirs.Batch[int] { return theirs.NewBatch[int](100, 1500*time.Millisecond) })},
	} {
		t.Run(name, func(t *testing.T) {
			var ours, own string
			synctest.Test(t, func(t *testing.T) {
				var got [][]int
				f := flow.From(source.Seq(func(yield func(int) bool) { paced(func(v int) { yield(v) }, name) }))
				err := flow.Via(f, gostreams.Flow[int, []int](c.window)).To(sink.Slice(&got)).Run(t.Context())
				if err != nil {
					t.Error(err)
				}
				ours = fmt.Sprint(got)
			})
			synctest.Test(t, func(t *testing.T) {
				in, out := make(chan any), make(chan any)
				go func() {
					paced(func(v int) { in <- v }, name)
					close(in)
				}()
				go extension.NewChanSource(in).Via(c.window()).To(extension.NewChanSink(out))
				var got [][]int
				for v := range out {
					got = append(got, v.([]int))
				}
				own = fmt.Sprint(got)
			})
			if ours != own {
				t.Errorf("here %v, there %v", ours, own)
			}
			if strings.Count(ours, "[") < 3 {
				t.Errorf("only %v: the test shows nothing", ours)
			}
		})
	}
}

// paced gives an element a second, with a rest after each third for what looks
// for rests.
func paced(give func(int), name string) {
	for v := range 8 {
		time.Sleep(time.Second)
		if v%3 == 0 && (name == "session" || name == "batch in time") {
			time.Sleep(time.Second)
		}
		give(v)
	}
}

func TestTheirSources(t *testing.T) {
	text := "one\ntwo\nthree\n"
	name := filepath.Join(t.TempDir(), "in.txt")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := []string{"one", "two", "three"}
	t.Run("FileSource", func(t *testing.T) {
		f := flow.From(gostreams.Source[string](func(tie *gostreams.Tie) (streams.Outlet, error) {
			return extension.NewFileSource(name, extension.WithContext(tie.Context()), extension.WithLogger(tie.Logger())), nil
		}))
		expect(t, f, lines)
		expect(t, f, lines) // a blueprint can run again
	})
	t.Run("ReaderSource", func(t *testing.T) {
		f := flow.From(gostreams.Source[[]byte](func(tie *gostreams.Tie) (streams.Outlet, error) {
			first := true
			return extension.NewReaderSource(io.NopCloser(strings.NewReader(text)), func(r io.Reader) ([]byte, error) {
				if !first {
					return nil, io.EOF
				}
				first = false
				return io.ReadAll(r)
			}, extension.WithContext(tie.Context()), extension.WithLogger(tie.Logger()))
		}))
		expect(t, f, [][]byte{[]byte(text)})
	})
	t.Run("ChanSource", func(t *testing.T) {
		f := flow.From(gostreams.Source[int](func(*gostreams.Tie) (streams.Outlet, error) {
			ch := make(chan any, 100)
			for i := range 100 {
				ch <- i
			}
			close(ch)
			return extension.NewChanSource(ch), nil
		}))
		expect(t, f, upTo(100))
	})
	t.Run("a chain", func(t *testing.T) {
		f := flow.From(gostreams.Source[string](func(tie *gostreams.Tie) (streams.Outlet, error) {
			file := extension.NewFileSource(name, extension.WithContext(tie.Context()), extension.WithLogger(tie.Logger()))
			return file.Via(theirs.NewMap(strings.ToUpper, 1)), nil
		}))
		expect(t, f, []string{"ONE", "TWO", "THREE"})
	})
}

type closer struct {
	strings.Builder
	closed int
	fails  error
}

func (c *closer) Write(p []byte) (int, error) {
	if c.fails != nil && c.Len() > 2 {
		return 0, c.fails
	}
	return c.Builder.Write(p)
}

func (c *closer) Close() error { c.closed++; return nil }

type failsToClose struct{ *closer }

func (failsToClose) Close() error { return errUp }

func writerSink(w io.WriteCloser, level slog.Level) func(*gostreams.Tie) (streams.Sink, error) {
	return func(tie *gostreams.Tie) (streams.Sink, error) {
		return extension.NewWriterSink(w, extension.WithContext(tie.Context()), extension.WithContextCancel(tie.Cancel), extension.WithLogger(tie.LoggerAt(level)))
	}
}

func TestTheirSinks(t *testing.T) {
	words := flow.From(source.Slice([]string{"a", "b", "c", "d", "e"}))
	t.Run("FileSink", func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "out.txt")
		p := words.To(gostreams.Sink[string](func(tie *gostreams.Tie) (streams.Sink, error) {
			return extension.NewFileSink(name, extension.WithContextCancel(tie.Cancel), extension.WithLogger(tie.Logger())), nil
		})).With(quiet)
		for range 2 { // a blueprint can run again
			if err := p.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(name); err != nil || string(got) != "abcde" {
				t.Errorf("the file holds %q, %v", got, err)
			}
		}
	})
	t.Run("FileSink of nothing", func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "out.txt")
		p := flow.From(source.Slice([]string{})).To(gostreams.Sink[string](func(*gostreams.Tie) (streams.Sink, error) {
			return extension.NewFileSink(name), nil
		}))
		if err := p.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || len(got) > 0 {
			t.Errorf("the file holds %q, %v", got, err)
		}
	})
	t.Run("WriterSink", func(t *testing.T) {
		var w closer
		err := words.To(gostreams.Sink[string](writerSink(&w, slog.LevelError))).With(quiet).Run(t.Context())
		if err != nil || w.String() != "abcde" || w.closed != 1 {
			t.Errorf("wrote %q, closed %d times, %v", w.String(), w.closed, err)
		}
	})
	t.Run("IgnoreSink", func(t *testing.T) {
		err := words.To(gostreams.Sink[string](func(*gostreams.Tie) (streams.Sink, error) { return extension.NewIgnoreSink(), nil })).Run(t.Context())
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("ChanSink", func(t *testing.T) {
		out := make(chan any, 5)
		err := words.To(gostreams.Sink[string](func(*gostreams.Tie) (streams.Sink, error) { return extension.NewChanSink(out), nil })).Run(t.Context())
		var got []string
		for v := range out {
			got = append(got, v.(string))
		}
		if want := []string{"a", "b", "c", "d", "e"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

// wantErr says that the stage name failed with what target is.
func wantErr[E error](t *testing.T, err error, name string) E {
	t.Helper()
	var at *stage.Error
	var e E
	if !errors.As(err, &at) || at.Stage != name || !errors.As(err, &e) {
		t.Fatalf("got %v, want a %T of stage %q", err, e, name)
	}
	return e
}

func TestErrorsOfTheirSources(t *testing.T) {
	t.Run("logged", func(t *testing.T) {
		f := flow.From(gostreams.Source[string](func(tie *gostreams.Tie) (streams.Outlet, error) {
			return extension.NewFileSource("/no/such/file", extension.WithLogger(tie.Logger())), nil
		}, stage.Name("lines")))
		_, err := run(t, f)
		e := wantErr[*gostreams.LogError](t, err, "lines")
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "Failed to open file name=/no/such/file: open") {
			t.Errorf("the error is %q, %#v", err, e)
		}
	})
	t.Run("behind the elements before", func(t *testing.T) {
		f := flow.From(gostreams.Source[int](func(tie *gostreams.Tie) (streams.Outlet, error) {
			out := make(chan any, 10)
			for i := range 5 {
				out <- i
			}
			tie.Logger().With("connector", "x").WithGroup("g").Error("broken", "error", errUp)
			close(out)
			return extension.NewChanSource(out), nil
		}, stage.Name("numbers")))
		_, err := run(t, f)
		wantErr[*gostreams.LogError](t, err, "numbers")

		f = flow.From(gostreams.Source[int](func(tie *gostreams.Tie) (streams.Outlet, error) {
			return sending(tie, 5, func() { tie.Logger().Error("broken", "error", errUp) }), nil
		}, stage.Name("numbers")))
		got, err := run(t, f)
		if !errors.Is(err, errUp) || !slices.Equal(got, upTo(5)) {
			t.Errorf("got %v, %v", got, err)
		}
	})
	t.Run("that does not close", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			stop := make(chan struct{})
			f := flow.From(gostreams.Source[int](func(tie *gostreams.Tie) (streams.Outlet, error) {
				return sending(tie, 3, func() {
					tie.Logger().Error("connection lost", "error", errUp)
					<-stop // and tries again for ever
				}), nil
			}))
			time.AfterFunc(10*time.Second, func() { close(stop) })
			start := time.Now()
			got, err := run(t, f)
			if !errors.Is(err, errUp) || !slices.Equal(got, upTo(3)) || time.Since(start) != 5*time.Second {
				t.Errorf("got %v, %v after %v", got, err, time.Since(start))
			}
			<-stop
			synctest.Wait()
		})
	})
	t.Run("of the constructor", func(t *testing.T) {
		_, err := run(t, flow.From(gostreams.Source[int](func(*gostreams.Tie) (streams.Outlet, error) { return nil, errUp })))
		if !errors.Is(err, errUp) {
			t.Error(err)
		}
		_, err = run(t, flow.From(gostreams.Source[int](func(*gostreams.Tie) (streams.Outlet, error) { return nil, nil })))
		if err == nil || !strings.Contains(err.Error(), "returned nil") {
			t.Error(err)
		}
		_, err = run(t, flow.From(gostreams.Source[int](func(*gostreams.Tie) (streams.Outlet, error) { panic("ouch") })))
		wantPanic(t, err, "gostreamssource")
	})
	t.Run("types", func(t *testing.T) {
		for _, v := range []any{"seven", int64(7), nil} {
			f := flow.From(gostreams.Source[int](func(tie *gostreams.Tie) (streams.Outlet, error) {
				ch := make(chan any, 4)
				ch <- 1
				ch <- v
				ch <- 2
				close(ch)
				return extension.NewChanSource(ch), nil
			}, stage.Name("numbers")))
			got, err := run(t, f)
			e := wantErr[*gostreams.TypeError](t, err, "numbers")
			if !slices.Equal(got, []int{1}) || e.Stage != "numbers" || e.Want != "int" || e.Got != fmt.Sprintf("%T", v) {
				t.Errorf("got %v, %v", got, err)
			}
		}
		f := flow.From(gostreams.Source[error](func(*gostreams.Tie) (streams.Outlet, error) {
			ch := make(chan any, 4)
			ch <- nil
			ch <- errUp
			close(ch)
			return extension.NewChanSource(ch), nil
		}))
		expect(t, f, []error{nil, errUp})
	})
}

func wantPanic(t *testing.T, err error, name string) {
	t.Helper()
	var p *stage.PanicError
	if !errors.As(err, &p) || p.Stage != name {
		t.Errorf("got %v, want a panic of %q", err, name)
	}
}

// sending is a source of theirs that sends n elements and then calls last, with no
// thought of a context.
func sending(_ *gostreams.Tie, n int, last func()) streams.Outlet {
	out := make(chan any)
	go func() {
		defer close(out)
		for i := range n {
			out <- i
		}
		last()
	}()
	return extension.NewChanSource(out)
}

func TestErrorsOfTheirFlows(t *testing.T) {
	numbers := flow.From(source.Range(0, 10))
	t.Run("of upstream", func(t *testing.T) {
		bad := operators.MapErr(func(v int) (int, error) {
			if v == 7 {
				return 0, errUp
			}
			return v, nil
		}, stage.Name("bad"))
		batch := gostreams.Flow[int, []int](flows(func() *theirs.Batch[int] { return theirs.NewBatch[int](5, time.Hour) }))
		got, err := run(t, flow.Via(numbers.Via(bad), batch))
		wantErr[*stage.Error](t, err, "bad")
		if !errors.Is(err, errUp) || fmt.Sprint(got) != "[[0 1 2 3 4] [5 6]]" {
			t.Errorf("got %v, %v", got, err)
		}
	})
	t.Run("types", func(t *testing.T) {
		f := gostreams.Flow[int, string](flows(theirs.NewPassThrough), stage.Name("words"))
		_, err := run(t, flow.Via(numbers, f))
		if e := wantErr[*gostreams.TypeError](t, err, "words"); e.Want != "string" || e.Got != "int" {
			t.Error(err)
		}
	})
	t.Run("tied", func(t *testing.T) {
		f := gostreams.FlowTied[int, int](func(tie *gostreams.Tie) (streams.Inlet, streams.Outlet, error) {
			m := theirs.NewMap(func(v int) int {
				if v == 5 {
					tie.Fail(errUp)
				}
				return v
			}, 1)
			return m, m, nil
		}, stage.Name("tied"))
		got, err := run(t, numbers.Via(f))
		wantErr[*stage.Error](t, err, "tied")
		if !errors.Is(err, errUp) || len(got) > 6 || !slices.Equal(got, upTo(len(got))) {
			t.Errorf("got %v, %v", got, err)
		}
	})
	t.Run("of the constructor", func(t *testing.T) {
		_, err := run(t, numbers.Via(gostreams.FlowTied[int, int](func(*gostreams.Tie) (streams.Inlet, streams.Outlet, error) { return nil, nil, errUp })))
		if !errors.Is(err, errUp) {
			t.Error(err)
		}
		for range 50 {
			_, err = run(t, flow.From(source.Slice([]int{})).Via(gostreams.Flow[int, int](func() streams.Flow { return nil })))
			if err == nil || !strings.Contains(err.Error(), "returned nil") {
				t.Fatal(err)
			}
		}
		_, err = run(t, numbers.Via(gostreams.Flow[int, int](func() streams.Flow { return theirs.NewMap(times10, 0) })))
		wantPanic(t, err, "gostreamsflow")
	})
}

func TestErrorsOfTheirSinks(t *testing.T) {
	words := flow.From(source.Slice([]string{"a", "b", "c", "d", "e"}))
	t.Run("logged", func(t *testing.T) {
		w := &closer{fails: errUp}
		err := words.To(gostreams.Sink[string](writerSink(w, slog.LevelError), stage.Name("out"))).With(quiet).Run(t.Context())
		wantErr[*gostreams.LogError](t, err, "out")
		if !errors.Is(err, errUp) || w.String() != "abc" || w.closed != 1 {
			t.Errorf("wrote %q, closed %d times, %v", w.String(), w.closed, err)
		}
	})
	t.Run("logged at the end", func(t *testing.T) {
		w := failsToClose{&closer{}}
		err := words.To(gostreams.Sink[string](writerSink(w, slog.LevelError), stage.Name("out"))).With(quiet).Run(t.Context())
		wantErr[*gostreams.LogError](t, err, "out")
		if !errors.Is(err, errUp) || w.String() != "abcde" {
			t.Errorf("wrote %q, %v", w.String(), err)
		}
	})
	t.Run("cancelled only", func(t *testing.T) {
		err := words.To(gostreams.Sink[string](func(tie *gostreams.Tie) (streams.Sink, error) {
			return extension.NewFileSink("/no/such/file", extension.WithContextCancel(tie.Cancel), extension.WithLogger(slog.New(slog.DiscardHandler))), nil
		})).With(quiet).Run(t.Context())
		if !errors.Is(err, gostreams.ErrCancelled) {
			t.Error(err)
		}
	})
	t.Run("a type that it does not know", func(t *testing.T) {
		w := &closer{}
		numbers := flow.From(source.Range(0, 3))
		err := numbers.To(gostreams.Sink[int](writerSink(w, slog.LevelWarn))).With(quiet).Run(t.Context())
		if e := wantErr[*gostreams.LogError](t, err, "gostreamssink"); e.Message != "Discarded stream element" || len(e.Attrs) != 1 {
			t.Error(err)
		}
	})
	t.Run("of the constructor", func(t *testing.T) {
		for _, in := range [][]string{nil, {"a"}} {
			words := flow.From(source.Slice(in))
			err := words.To(gostreams.Sink[string](writerSink(nil, slog.LevelError))).Run(t.Context())
			if err == nil || !strings.Contains(err.Error(), "writer is nil") {
				t.Error(err)
			}
			err = words.To(gostreams.Sink[string](func(*gostreams.Tie) (streams.Sink, error) { return nil, nil })).Run(t.Context())
			if err == nil || !strings.Contains(err.Error(), "returned nil") {
				t.Error(err)
			}
		}
	})
	t.Run("of upstream", func(t *testing.T) {
		w := &closer{}
		bad := operators.MapErr(func(v string) (string, error) {
			if v == "c" {
				return "", errUp
			}
			return v, nil
		})
		err := words.Via(bad).To(gostreams.Sink[string](writerSink(w, slog.LevelError))).With(quiet).Run(t.Context())
		if !errors.Is(err, errUp) || w.String() != "ab" || w.closed != 1 {
			t.Errorf("wrote %q, closed %d times, %v", w.String(), w.closed, err)
		}
	})
}

// A nil function is a mistake that shows before anything runs.
func TestNilFunctions(t *testing.T) {
	numbers := flow.From(source.Range(0, 1))
	for name, p := range map[string]flow.Pipeline{
		"gostreamssource": flow.From(gostreams.Source[int](nil)).To(sink.Discard[int]()),
		"flow":            numbers.Via(gostreams.Flow[int, int](nil, stage.Name("flow"))).To(sink.Discard[int]()),
		"tied":            numbers.Via(gostreams.FlowTied[int, int](nil, stage.Name("tied"))).To(sink.Discard[int]()),
		"gostreamssink":   numbers.To(gostreams.Sink[int](nil)),
	} {
		_, err := p.Start(t.Context())
		var at *stage.Error
		if !errors.As(err, &at) || at.Stage != name || !strings.Contains(err.Error(), "function must not be nil") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What their part still sends is received when nobody wants it, and counted.
func TestTheirSourceIsDrainedAfterACancel(t *testing.T) {
	sent := make(chan int, 1)
	f := flow.From(gostreams.Source[int](func(tie *gostreams.Tie) (streams.Outlet, error) {
		out := make(chan any)
		go func() {
			defer close(out)
			i := 0
			for ; i < 100; i++ {
				out <- i
			}
			sent <- i
		}()
		return extension.NewChanSource(out), nil
	}, stage.Name("numbers")))
	r, err := f.Take(3).To(sink.Discard[int]()).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(); err != nil || <-sent != 100 {
		t.Errorf("%v", err)
	}
	s, _ := r.Snapshot().Stage("numbers")
	if s.Out+s.Discarded != 100 {
		t.Errorf("%d out, %d discarded of 100", s.Out, s.Discarded)
	}
}

// A part that does not end is an error that names the stage.
func TestTheirPartIsLeftBehind(t *testing.T) {
	never := func(stuck chan struct{}) func(tie *gostreams.Tie) (streams.Outlet, error) {
		return func(tie *gostreams.Tie) (streams.Outlet, error) {
			tie.Grace(time.Minute)
			return sending(tie, 10, func() { <-stuck }), nil
		}
	}
	for name, pipe := range map[string]func(stuck chan struct{}) flow.Pipeline{
		"source": func(stuck chan struct{}) flow.Pipeline {
			return flow.From(gostreams.Source[int](never(stuck), stage.Name("stuck"))).Take(3).To(sink.Discard[int]())
		},
		"flow": func(stuck chan struct{}) flow.Pipeline {
			f := gostreams.FlowTied[int, int](func(tie *gostreams.Tie) (streams.Inlet, streams.Outlet, error) {
				tie.Grace(time.Minute)
				m := theirs.NewMap(func(v int) int {
					if v == 5 {
						<-stuck
						runtime.Goexit()
					}
					return v
				}, 1)
				return m, m, nil
			}, stage.Name("stuck"))
			return flow.From(source.Range(0, 10)).Via(f).Via(operators.TakeFor[int](time.Second)).To(sink.Discard[int]())
		},
		"sink": func(stuck chan struct{}) flow.Pipeline {
			s := gostreams.Sink[int](func(tie *gostreams.Tie) (streams.Sink, error) {
				tie.Grace(time.Minute)
				k := &stuckSink{make(chan any), stuck}
				go func() {
					for range k.in {
					}
				}()
				context.AfterFunc(tie.Context(), func() {})
				time.AfterFunc(time.Hour, func() { tie.Fail(errUp) })
				return k, nil
			}, stage.Name("stuck"))
			return flow.From(source.Range(0, 10)).To(s)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				stuck := make(chan struct{})
				start := time.Now()
				err := pipe(stuck).With(quiet).Run(t.Context())
				var at *stage.Error
				if !errors.Is(err, gostreams.ErrLeft) || !errors.As(err, &at) || at.Stage != "stuck" {
					t.Error(err)
				}
				want := time.Minute
				switch name {
				case "flow":
					want += time.Second
				case "sink":
					want += time.Hour
				}
				if took := time.Since(start); took != want {
					t.Errorf("took %v", took)
				}
				close(stuck)
				synctest.Wait()
			})
		})
	}
}

type stuckSink struct {
	in    chan any
	stuck chan struct{}
}

func (s *stuckSink) In() chan<- any   { return s.in }
func (s *stuckSink) AwaitCompletion() { <-s.stuck }

// Drained, their source gives what it has read, and the run completes.
func TestDrain(t *testing.T) {
	for name, heeds := range map[string]bool{"that heeds the context": true, "that does not": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int64
				stop := make(chan struct{})
				f := flow.From(gostreams.Source[int](func(tie *gostreams.Tie) (streams.Outlet, error) {
					out := make(chan any)
					go func() {
						defer close(out)
						for heeds && tie.Context().Err() == nil || !heeds {
							select {
							case out <- int(sent.Load()):
								sent.Add(1)
							case <-stop:
								return
							}
							time.Sleep(time.Second)
						}
					}()
					return extension.NewChanSource(out), nil
				}))
				var got []int
				batch := gostreams.Flow[int, int](flows(theirs.NewPassThrough))
				r, err := f.Via(batch).To(sink.Slice(&got)).With(quiet).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(3500 * time.Millisecond)
				start := time.Now()
				err = r.Drain(t.Context())
				switch took := time.Since(start); {
				case heeds && (err != nil || took > time.Second || len(got) != int(sent.Load())):
					t.Errorf("%v after %v, got %v of %d", err, took, got, sent.Load())
				case !heeds && (!errors.Is(err, gostreams.ErrLeft) || took != 5*time.Second || len(got) != int(sent.Load())):
					t.Errorf("%v after %v, got %v of %d", err, took, got, sent.Load())
				}
				close(stop)
				time.Sleep(2 * time.Second)
			})
		})
	}
}

// In the middle of a flow with two parts, theirs ends when its part does, not
// only with the run.
func TestTheirFlowEndsBeforeTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Pointer[time.Time]
		f := gostreams.FlowTied[int, int](func(tie *gostreams.Tie) (streams.Inlet, streams.Outlet, error) {
			m := theirs.NewPassThrough()
			context.AfterFunc(tie.Context(), func() { now := time.Now(); ended.Store(&now) })
			return m, m, nil
		})
		start := time.Now()
		first := flow.From(source.Range(0, 1<<40)).Via(f).Take(3)
		second := flow.From(source.Func(func(ctx context.Context) (int, error) {
			time.Sleep(time.Hour)
			return 0, demand.ErrCompleted
		}))
		got, err := run(t, flow.Concat(first, second))
		if err != nil || len(got) != 3 || !ended.Load().Equal(start) {
			t.Errorf("%v, %v, ended after %v", got, err, ended.Load().Sub(start))
		}
	})
}

// Their source takes its time to end; the rest of the run goes on meanwhile.
func TestTheEndOfTheirsHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := flow.From(gostreams.Source[int](func(tie *gostreams.Tie) (streams.Outlet, error) {
			return sending(tie, 3, func() { time.Sleep(3 * time.Second) }), nil
		}))
		start := time.Now()
		var last time.Duration
		f := flow.Concat(slow.Take(3), flow.From(source.Range(3, 6))).Peek(func(int) { last = time.Since(start) })
		got, err := run(t, f)
		if err != nil || !slices.Equal(got, upTo(6)) || last > 0 || time.Since(start) != 3*time.Second {
			t.Errorf("got %v, %v, the last after %v of %v", got, err, last, time.Since(start))
		}
	})
}
