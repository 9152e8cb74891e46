package operators_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

// copies is a source of v, v%3 times.
func copies(v int) stage.Source[int] { return source.Slice(slices.Repeat([]int{v}, v%3)) }

// waits is a source that waits for d, again and again, and emits v each time, n
// times in all.
func waits(v, n int, d time.Duration) stage.Source[int] {
	return source.Func(func(ctx context.Context) (int, error) {
		if n == 0 {
			return 0, demand.ErrCompleted
		}
		n--
		select {
		case <-time.After(d):
			return v, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}, stage.Name(fmt.Sprint("waits ", v)))
}

// A journal notes what happens to inner sources.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) note(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

func (j *journal) has(line string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Contains(j.lines, line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Join(j.lines, ", ")
}

// open returns a source that says what happens to it.
func (j *journal) open(v int, s stage.Source[int]) stage.Source[int] {
	m := s.Meta()
	m.Name = fmt.Sprint("number ", v)
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[int] {
		j.note("open %d", v)
		rt.OnClose(func() error { j.note("close %d", v); return nil })
		return &noted{s.Open(rt), j, v, false}
	})
}

type noted struct {
	demand.Upstream[int]
	j    *journal
	v    int
	gone bool
}

func (n *noted) Cancel(cause error) {
	if n.gone {
		n.j.note("cancel %d again", n.v)
	}
	n.gone = true
	n.j.note("cancel %d", n.v)
	n.Upstream.Cancel(cause)
}

// runs starts f into a slice.
func runs(t *testing.T, f flow.Flow[int]) (*flow.Running, *[]int) {
	t.Helper()
	got := new([]int)
	r, err := f.To(sink.Slice(got)).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r, got
}

func counts(t *testing.T, r *flow.Running, name string) demand.StageStats {
	t.Helper()
	s, ok := r.Snapshot().Stage(name)
	if !ok {
		t.Fatalf("no stage is called %s", name)
	}
	return s
}

// ofSources are the operators that open a source for each element, as far as they
// do the same.
func ofSources() map[string]func(func(int) stage.Source[int]) stage.Stage[int, int] {
	return map[string]func(func(int) stage.Source[int]) stage.Stage[int, int]{
		"mergemap":  func(fn func(int) stage.Source[int]) stage.Stage[int, int] { return operators.MergeMap(3, fn) },
		"concatmap": func(fn func(int) stage.Source[int]) stage.Stage[int, int] { return operators.ConcatMap(fn) },
	}
}

// ofOneSource are those and the ones that don't open a source for each element.
func ofOneSource() map[string]func(func(int) stage.Source[int]) stage.Stage[int, int] {
	all := ofSources()
	all["switchmap"] = func(fn func(int) stage.Source[int]) stage.Stage[int, int] { return operators.SwitchMap(fn) }
	all["exhaustmap"] = func(fn func(int) stage.Source[int]) stage.Stage[int, int] { return operators.ExhaustMap(fn) }
	return all
}

// A source that can't be opened, or fails, fails the stage, which names it.
func TestSourcesThatFail(t *testing.T) {
	boom := errors.New("boom")
	once := source.Chan(make(chan int), stage.Name("once"))
	for name, op := range ofOneSource() {
		for what, c := range map[string]struct {
			fn   func(int) stage.Source[int]
			at   string // the stage that is named
			want string
		}{
			"nil":      {func(int) stage.Source[int] { return nil }, name, "returned a nil source"},
			"mistake":  {func(int) stage.Source[int] { return source.Chan[int](nil) }, name + "/chan", "channel must not be nil"},
			"fails":    {func(int) stage.Source[int] { return source.Func(func(context.Context) (int, error) { return 0, boom }) }, name + "/func", "boom"},
			"a signal": {func(int) stage.Source[int] { return failing(demand.ErrEnough) }, name + "/failing", "enough"},
			"closes": {func(int) stage.Source[int] {
				return stage.NewSource(stage.Meta{Kind: "closes"}, func(rt *stage.Runtime) demand.Upstream[int] {
					rt.OnClose(func() error { return boom })
					return source.Range(0, 3).Open(rt)
				})
			}, name + "/closes", "boom"},
			"once": {func(int) stage.Source[int] { return once }, name + "/once", stage.ErrUsed.Error()},
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					if what == "once" {
						once.Meta().Once.Claim()
					}
					_, err := flow.Collect(t.Context(), flow.From(source.Slice([]int{1})).Via(op(c.fn)))
					var at *stage.Error
					if !errors.As(err, &at) || at.Stage != c.at || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), "weir: stage") != 1 {
						t.Errorf("got %v", err)
					}
				})
			})
		}
		t.Run(name+" panic", func(t *testing.T) {
			_, err := flow.Collect(t.Context(), flow.From(source.Range(0, 9)).Via(op(func(int) stage.Source[int] { panic(boom) })))
			var panicked *stage.PanicError
			if !errors.As(err, &panicked) || panicked.Stage != name {
				t.Errorf("got %v", err)
			}
		})
	}
}

func failing(err error) stage.Source[int] {
	return stage.NewSource(stage.Meta{Kind: "failing"}, func(*stage.Runtime) demand.Upstream[int] { return &ended{err} })
}

type ended struct{ err error }

func (e *ended) Pull(*demand.Chunk[int]) error { return e.err }
func (e *ended) Cancel(error)                  {}

// A panic of a source is caught, and the sources are closed.
func TestSourcesThatPanic(t *testing.T) {
	for name, op := range ofOneSource() {
		t.Run(name, func(t *testing.T) {
			var j journal
			_, err := flow.Collect(t.Context(), flow.From(source.Range(0, 1)).Via(op(func(v int) stage.Source[int] {
				return j.open(v, source.Seq(func(func(int) bool) { panic("boom") }))
			})))
			var panicked *stage.PanicError
			if !errors.As(err, &panicked) || !strings.HasPrefix(panicked.Stage, name) {
				t.Errorf("got %v", err)
			}
			if !j.has("open 0") || !j.has("close 0") {
				t.Error(&j)
			}
		})
	}
}

// What was registered by a source is called when that has ended, not at the end
// of the run.
func TestSourcesAreClosedOneByOne(t *testing.T) {
	for name, op := range ofOneSource() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var j journal
				var reads []context.Context
				in := stagetest.NewSource[int](t)
				r, got := runs(t, flow.From(in).Via(op(func(v int) stage.Source[int] {
					s := j.open(v, source.Range(v, v+2))
					return stage.NewSource(s.Meta(), func(rt *stage.Runtime) demand.Upstream[int] {
						reads = append(reads, rt.Reads())
						return s.Open(rt)
					})
				})))
				want := []int{}
				for v := range 4 {
					if v > 0 && reads[v-1].Err() == nil {
						t.Errorf("the context of source %d has not ended", v-1)
					}
					in.Send(v * 10)
					synctest.Wait()
					if !j.has(fmt.Sprintf("close %d", v*10)) || reads[v].Err() == nil {
						t.Errorf("source %d is not closed: %v, reads end with %v", v, &j, reads[v].Err())
					}
					want = append(want, v*10, v*10+1)
				}
				in.Complete()
				if err := r.Wait(); err != nil || !slices.Equal(*got, want) {
					t.Errorf("got %v, error %v", *got, err)
				}
				if strings.Contains(j.String(), "again") || strings.Count(j.String(), "cancel") != 4 {
					t.Error(&j)
				}
			})
		})
	}
}

// A source that keeps account of its own is closed when what it gave is settled;
// upstream's element is not done before.
func TestSourcesThatKeepAccount(t *testing.T) {
	for name, op := range ofOneSource() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var books []*stagetest.Committing[int]
				outer := stagetest.NewCommitting(t, upTo(6), 2)
				f := flow.From(outer).Via(operators.Throttle[int](1, time.Second)).Via(op(func(v int) stage.Source[int] {
					b := stagetest.NewCommitting(t, []int{v, v * 10, v * 100}, 2)
					books = append(books, b)
					return b
				}))
				var got []int
				settled := func() (n int) {
					for _, b := range books {
						n += b.Committed()
					}
					return n
				}
				p := flow.Via(f, operators.Batch[int](4, 0)).To(sink.ForEach(func(b []int) error {
					if outer.Committed() > len(got)/3 || settled() > len(got) {
						t.Errorf("%d elements out: %d outer and %d inner ones are committed", len(got), outer.Committed(), settled())
					}
					got = append(got, b...)
					return nil
				}))
				r, err := p.Start(t.Context())
				if err == nil {
					err = r.Wait()
				}
				if err != nil || len(got) != 18 {
					t.Fatalf("got %v, error %v", got, err)
				}
				outer.ExpectCommitted(6)
				for _, b := range books {
					b.ExpectCommitted(3)
				}
			})
		})
	}
}

// A source that ends early leaves nothing unsettled, and nothing done that was
// not delivered.
func TestSourcesCutByTake(t *testing.T) {
	for name, op := range ofSources() {
		for take := range 12 {
			t.Run(fmt.Sprint(name, take), func(t *testing.T) {
				var mu sync.Mutex
				var books []*stagetest.Committing[int]
				outer := stagetest.NewCommitting(t, upTo(4), 3)
				f := flow.From(outer).Via(op(func(v int) stage.Source[int] {
					b := stagetest.NewCommitting(t, []int{v, v, v}, 2)
					mu.Lock()
					defer mu.Unlock()
					books = append(books, b)
					return b
				})).Via(operators.Take[int](take))
				got, err := flow.Collect(t.Context(), f)
				if err != nil || len(got) != take {
					t.Fatalf("got %v, error %v", got, err)
				}
				outer.ExpectSettled()
				if n := outer.Committed(); n > take/3 {
					t.Errorf("%d of %d elements came out, %d outer ones are committed", take, 12, n)
				}
				for _, b := range books {
					b.ExpectSettled()
				}
			})
		}
	}
}

// Drained, the sources that are open end, and what of it is missing is given up.
func TestSourcesAreDrained(t *testing.T) {
	for name, op := range ofSources() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var j journal
				outer := stagetest.NewCommitting(t, upTo(50), 1)
				r, got := runs(t, flow.From(outer).Via(operators.Async[int](10)).Via(op(func(v int) stage.Source[int] {
					if v == 0 {
						return j.open(v, source.Slice([]int{7}))
					}
					return j.open(v, waits(v, 100, time.Second))
				})))
				time.Sleep(2500 * time.Millisecond)
				before := strings.Count(j.String(), "open")
				if err := r.Drain(t.Context()); err != nil || len(*got) == 0 {
					t.Fatalf("got %v, error %v", *got, err)
				}
				outer.ExpectSettled()
				open, closed := strings.Count(j.String(), "open"), strings.Count(j.String(), "close")
				if open != closed || open != before {
					t.Errorf("%v: %d opened, %d before the drain, %d closed", &j, open, before, closed)
				}
				for i, read := range outer.Reads() {
					if want := read.Settlement.Outcome == demand.Done; want != (i == 0) {
						t.Errorf("read %d settled as %v", i, read.Settlement.Outcome)
					}
				}
				if s := counts(t, r, name); s.Discarded != s.In-1 {
					t.Errorf("%d in, %d discarded", s.In, s.Discarded)
				}
			})
		})
	}
}

// A queue that serves as a source drains itself.
func TestSourcesThatDrainThemselves(t *testing.T) {
	for name, op := range ofOneSource() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := source.Queue[int](3, demand.DropNewest)
				books := stagetest.NewCommitting(t, []int{1}, 1)
				r, got := runs(t, flow.From(books).Via(op(func(int) stage.Source[int] { return q })))
				synctest.Wait()
				for v := range 5 {
					_ = q.Offer(t.Context(), v)
				}
				if err := r.Drain(t.Context()); err != nil || !slices.Equal(*got, []int{0, 1, 2}) {
					t.Errorf("got %v, error %v", *got, err)
				}
				if s := counts(t, r, name); s.Dropped[demand.ReasonNewest] != 2 {
					t.Errorf("dropped %v", s.Dropped)
				}
				books.ExpectCommitted(0) // there may have been more to come
			})
		})
	}
}

// A stop reaches a source that waits.
func TestSourcesAreStopped(t *testing.T) {
	for name, op := range ofOneSource() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var j journal
				r, _ := runs(t, flow.From(source.Range(0, 50)).Via(op(func(v int) stage.Source[int] { return j.open(v, waits(v, 1, time.Hour)) })))
				time.Sleep(time.Second)
				start := time.Now()
				r.Stop(errChain)
				if err := r.Wait(); !errors.Is(err, errChain) || time.Since(start) > 0 {
					t.Errorf("after %s got %v", time.Since(start), err)
				}
				if open, closed := strings.Count(j.String(), "open"), strings.Count(j.String(), "close"); open == 0 || open != closed {
					t.Errorf("%v: %d opened, %d closed", &j, open, closed)
				}
			})
		})
	}
}

// Elements of a source that numbers its records keep these, others have that of
// their element.
func TestSourcesKeepRecords(t *testing.T) {
	for name, op := range ofSources() {
		t.Run(name, func(t *testing.T) {
			var l ledger
			got, err := collect(t, l.tracked([]int{10, 20}, 1, demand.ErrCompleted).Via(op(func(v int) stage.Source[int] {
				if v == 10 {
					return source.Range(v, v+2)
				}
				return stagetest.NewCommitting(t, []int{v, v + 1, v + 2}, 2)
			})), 1)
			slices.SortFunc(got, func(a, b arrival) int { return strings.Compare(a.text, b.text) })
			if fmt.Sprint(got) != "[10(1) 11(1) 20(1) 21(2) 22(3)]" || err != nil {
				t.Errorf("got %v, error %v", got, err)
			}
			l.check(t, 2)
		})
	}
}

// When downstream has enough, sources end, though the run goes on.
func TestSourcesEndWithTheirStage(t *testing.T) {
	for name, op := range ofOneSource() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var j journal
				first := flow.From(source.Range(0, 1)).Via(op(func(v int) stage.Source[int] { return j.open(v, onceThenNever(v)) })).Via(operators.Take[int](1))
				r, got := runs(t, flow.Concat(first, flow.Via(flow.From(source.Ticker(time.Hour)), operators.Map(func(time.Time) int { return 7 })).Via(operators.Take[int](1))))
				time.Sleep(time.Minute)
				if !j.has("cancel 0") {
					t.Errorf("after a minute: %v", &j)
				}
				if err := r.Wait(); err != nil || !slices.Equal(*got, []int{0, 7}) || !j.has("close 0") {
					t.Errorf("got %v, error %v, %v", *got, err, &j)
				}
			})
		})
	}
}

// onceThenNever is a source that emits v, and then waits to be told to end.
func onceThenNever(v int) stage.Source[int] {
	began := false
	return source.Func(func(ctx context.Context) (int, error) {
		if began {
			<-ctx.Done()
		}
		began = true
		return v, ctx.Err()
	})
}
