package operators_test

import (
	"context"
	"errors"
	"fmt"
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
	"github.com/weir-go/weir/stage/stagetest"
)

// rounds is a token that goes through a cycle until left is 0.
type rounds struct{ id, left int }

func onceLess(r rounds) rounds { r.left--; return r }

func goesOn(r rounds) (rounds, bool) { return r, r.left > 0 }

// bodies are those of a cycle: each makes one element of one.
func bodies[T any](f func(T) T) map[string]func() stage.Stage[T, T] {
	same := func(v T) T { return v }
	call := func(v T) (T, error) { return f(v), nil }
	batched := func(d time.Duration) stage.Stage[T, T] {
		return stage.Compose(stage.Compose(operators.Batch[T](7, d), operators.Unbatch[T]()), operators.Map(f))
	}
	then := func(a, b stage.Stage[T, T]) stage.Stage[T, T] { return stage.Compose(a, b) }
	return map[string]func() stage.Stage[T, T]{
		"fused": func() stage.Stage[T, T] { return operators.Map(f) },
		"fused, three": func() stage.Stage[T, T] {
			return then(operators.Map(f), then(operators.Map(same), operators.Filter(func(T) bool { return true })))
		},
		"holds back":          func() stage.Stage[T, T] { return batched(0) },
		"holds back for long": func() stage.Stage[T, T] { return then(operators.SkipLast[T](0), batched(0)) },
		"batch in time":       func() stage.Stage[T, T] { return batched(time.Millisecond) },
		"workers":             func() stage.Stage[T, T] { return operators.MapErr(call, stage.Workers(3)) },
		"unordered workers":   func() stage.Stage[T, T] { return operators.MapErr(call, stage.Workers(3), stage.Unordered()) },
		"batch before workers": func() stage.Stage[T, T] {
			return then(batched(0), operators.MapErr(func(v T) (T, error) { return v, nil }, stage.Workers(2)))
		},
		"delay":       func() stage.Stage[T, T] { return then(operators.Map(f), operators.Delay[T](time.Millisecond, 10)) },
		"link of one": func() stage.Stage[T, T] { return then(operators.Map(f), operators.Async[T](1)) },
		"link":        func() stage.Stage[T, T] { return then(operators.Async[T](64), operators.Map(f)) },
		"three links": func() stage.Stage[T, T] {
			return then(operators.Async[T](2), then(operators.Map(f), then(operators.Async[T](5), operators.Async[T](1))))
		},
		"buffer":              func() stage.Stage[T, T] { return then(operators.Buffer[T](3, demand.Block), operators.Map(f)) },
		"link behind batch":   func() stage.Stage[T, T] { return then(batched(0), operators.Async[T](4)) },
		"link before batch":   func() stage.Stage[T, T] { return then(operators.Async[T](4), batched(0)) },
		"link, batch in time": func() stage.Stage[T, T] { return then(operators.Async[T](4), batched(time.Millisecond)) },
		"links and workers": func() stage.Stage[T, T] {
			return then(operators.Async[T](3), then(operators.MapErr(call, stage.Workers(2)), operators.Async[T](2)))
		},
	}
}

// hangs makes a test that hangs one that fails.
func hangs(t *testing.T) {
	guard := time.AfterFunc(time.Minute, func() { panic("hangs: " + t.Name()) })
	t.Cleanup(func() { guard.Stop() })
}

// Whatever the body does, however small the cycle: all leave it, each after its
// rounds, and nothing is dropped where one element is made of one.
func TestFeedbackIsLive(t *testing.T) {
	hangs(t)
	var in []rounds
	for i := range 100 {
		in = append(in, rounds{i, i * 7 % 9})
	}
	for name, body := range bodies(onceLess) {
		for _, capacity := range []int{1, 2, 7, 300} {
			for _, window := range []int{1, 1024} {
				t.Run(fmt.Sprint(name, " ", capacity, " ", window), func(t *testing.T) {
					t.Parallel()
					overflow := demand.Fail
					if strings.Contains(name, "batch") || strings.Contains(name, "holds") {
						overflow = demand.Shed // more than one come back at once
					}
					f := flow.From(source.Slice(in)).Via(operators.Feedback(body(), goesOn, capacity, overflow))
					var got []rounds
					m := stage.Window(window, window)
					r, err := f.Via(operators.Async[rounds](8, m)).To(sink.Slice(&got)).Start(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					err = r.Wait()
					s, _ := r.Snapshot().Stage("feedback")
					if err != nil || len(got)+int(s.DroppedTotal()) != len(in) || overflow == demand.Fail && len(got) != len(in) || capacity == 300 && len(got) != len(in) {
						t.Fatalf("%d came out, dropped %v, error %v", len(got), s.Dropped, err)
					}
					seen := map[int]bool{}
					for _, g := range got {
						if g.left > 0 || g.left < -1 || seen[g.id] {
							t.Errorf("%v came out, before: %v", g, seen[g.id])
						}
						seen[g.id] = true
					}
				})
			}
		}
	}
}

func TestFeedbackOrder(t *testing.T) {
	f := flow.From(source.Slice([]int{1, 5, 3})).Via(operators.Feedback(operators.Map(func(v int) int { return 2 * v }),
		func(v int) (int, bool) { return v, v < 10 }, 1, demand.Fail))
	got, err := flow.Collect(t.Context(), f)
	if err != nil || !slices.Equal(got, []int{16, 10, 12}) {
		t.Errorf("got %v, error %v", got, err)
	}
}

// One element that becomes many fills the place, and the strategy says what then.
func TestFeedbackOverflow(t *testing.T) {
	for _, c := range []struct {
		overflow demand.Overflow
		want     []int
		dropped  map[string]int64
	}{
		{demand.DropNewest, []int{-1, -2, -3, -7}, map[string]int64{demand.ReasonNewest: 2}},
		{demand.Shed, []int{-1, -2, -3, -7}, map[string]int64{demand.ReasonShed: 2}},
		{demand.DropOldest, []int{-3, -4, -5, -7}, map[string]int64{demand.ReasonOldest: 2}},
		{demand.DropBuffer, []int{-4, -5, -7}, map[string]int64{demand.ReasonBuffer: 3}},
		{demand.Fail, nil, nil},
	} {
		t.Run(c.overflow.String(), func(t *testing.T) {
			many := operators.FlatMap(func(v int) []int {
				switch {
				case v == 0:
					return []int{1, 2, 3, 4, 5}
				case v > 0:
					return []int{-v}
				}
				return nil
			})
			var l ledger
			f := l.tracked([]int{0, 7}, 1, demand.ErrCompleted).Via(operators.Feedback(many, func(v int) (int, bool) { return v, v > 0 }, 3, c.overflow, stage.Name("cycle")))
			var got []int
			r, err := f.To(sink.Slice(&got)).Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			err = r.Wait()
			s, _ := r.Snapshot().Stage("cycle")
			if c.overflow == demand.Fail {
				want := `weir: stage "cycle": weir: buffer is full: 3 elements wait to go round again, of at most 3, and one more came back`
				if !errors.Is(err, demand.ErrBufferFull) || err.Error() != want || len(got) != 0 || s.Discarded != 4 { // FlatMap holds the fifth
					t.Errorf("got %v, %d discarded, error %v", got, s.Discarded, err)
				}
				l.check(t, 0)
				return
			}
			l.check(t, 2)
			if err != nil || !slices.Equal(got, c.want) || fmt.Sprint(s.Dropped) != fmt.Sprint(c.dropped) {
				t.Errorf("got %v, dropped %v, error %v", got, s.Dropped, err)
			}
		})
	}
}

// A read is not done before the last of its elements has left for good; what body
// leaves out is. A stop abandons those on their way.
func TestFeedbackLineage(t *testing.T) {
	hangs(t)
	for name, body := range bodies(func(v int) int { return v - 10 }) {
		for _, window := range []int{1, 3, 1024} {
			t.Run(fmt.Sprint(name, window), func(t *testing.T) {
				var l ledger
				items := []int{5, 25, 14, 7, 33, 48, 2, 9, 11, 21, 3}
				back := func(v int) (int, bool) { return v, v >= 0 }
				f := l.tracked(items, 3, demand.ErrCompleted).Via(operators.Feedback(body(), back, 100, demand.Fail))
				got, err := collect(t, f, window)
				if err != nil || len(got) != len(items) {
					t.Fatalf("got %v, error %v", got, err)
				}
				// Those of a batch come from all of its records.
				for _, a := range got {
					if a.record != 0 && fmt.Sprint(items[a.record-1]%10-10) != a.text {
						t.Errorf("%v came out", a)
					}
				}
				l.check(t, len(items))

				var stopped ledger
				ctx, cancel := context.WithCancel(t.Context())
				n := 0
				endless := func(v int) (int, bool) {
					if n++; n == 50 {
						cancel()
					}
					return v, true
				}
				f = stopped.tracked(items, 3, demand.ErrCompleted).Via(operators.Feedback(body(), endless, 100, demand.Fail))
				if _, err := flow.Collect(ctx, f); !errors.Is(err, context.Canceled) {
					t.Fatalf("error %v", err)
				}
				stopped.check(t, 0)
			})
		}
	}
}

// Upstream's error comes behind what is in the cycle.
func TestFeedbackBehindAnError(t *testing.T) {
	hangs(t)
	for name, body := range bodies(onceLess) {
		t.Run(name, func(t *testing.T) {
			f := flow.Via(numberedThenFails(t, 20), operators.Map(func(v int) rounds { return rounds{v, v} }))
			got, err := flow.Collect(t.Context(), f.Via(operators.Feedback(body(), goesOn, 100, demand.Fail)))
			var at *stage.Error
			if !errors.Is(err, errSource) || !errors.As(err, &at) || at.Stage != "tracked" || len(got) != 20 {
				t.Errorf("got %v, error %v", got, err)
			}
		})
	}
}

func numberedThenFails(t *testing.T, n int) flow.Flow[int] {
	l := new(ledger)
	t.Cleanup(func() { l.check(t, n) })
	return l.tracked(upTo(n), 4, errSource)
}

func TestFeedbackEnds(t *testing.T) {
	hangs(t)
	down := func(v int) (int, bool) { return v - 1, v > 0 }
	t.Run("body completes", func(t *testing.T) {
		for name, link := range map[string]stage.Stage[int, int]{"fused": operators.Skip[int](0), "linked": operators.Async[int](3)} {
			var l ledger
			first := l.tracked([]int{3, 0, 5, 9}, 1, demand.ErrCompleted).Via(operators.Feedback(stage.Compose(operators.Take[int](6), link), down, 9, demand.Fail))
			got, err := flow.Collect(t.Context(), flow.Concat(first, flow.From(source.Range(100, 102))))
			if err != nil || name == "fused" && !slices.Equal(got, []int{0, 0, 100, 101}) || !slices.Contains(got, 101) {
				t.Errorf("%s: got %v, error %v", name, got, err)
			}
			if l.once(t, 4); name == "fused" {
				l.check(t, 2)
			}
		}
	})
	t.Run("body fails", func(t *testing.T) {
		fails := operators.MapErr(func(v int) (int, error) {
			if v == 2 {
				return 0, errSource
			}
			return v, nil
		}, stage.Name("call"))
		for name, link := range map[string]stage.Stage[int, int]{"fused": operators.Skip[int](0), "linked": operators.Async[int](3)} {
			got, err := flow.Collect(t.Context(), flow.From(source.Slice([]int{1, 3, 0})).Via(operators.Feedback(stage.Compose(fails, link), down, 9, demand.Fail)))
			var at *stage.Error
			if !errors.As(err, &at) || at.Stage != "call" || len(got) > 2 {
				t.Errorf("%s: got %v, error %v", name, got, err)
			}
		}
	})
	t.Run("body recovers", func(t *testing.T) {
		var l ledger
		body := stage.Compose(operators.Batch[int](9, 0), stage.Compose(operators.Unbatch[int](), operators.Recover(func(error) (int, bool) { return 50, true })))
		back := func(v int) (int, bool) { return v - 1, v > 0 && v < 50 }
		got, err := flow.Collect(t.Context(), l.tracked([]int{1, 2}, 1, errSource).Via(operators.Feedback(body, back, 9, demand.Fail)))
		if err != nil || !slices.Equal(got, []int{50, 0, 0}) {
			t.Errorf("got %v, error %v", got, err)
		}
	})
	t.Run("downstream has enough", func(t *testing.T) {
		for name, body := range bodies(func(v int) int { return v }) {
			var l ledger
			f := l.tracked(upTo(30), 5, demand.ErrCompleted).Via(operators.Feedback(body(), down, 100, demand.Fail)).Take(3)
			got, err := flow.Collect(t.Context(), flow.Concat(f, flow.From(source.Range(100, 102))))
			if err != nil || len(got) != 5 {
				t.Errorf("%s: got %v, error %v", name, got, err)
			}
			l.once(t, 30)
		}
	})
	t.Run("panics", func(t *testing.T) {
		for name, body := range bodies(func(v int) int { return v }) {
			var l ledger
			f := l.tracked(upTo(30), 5, demand.ErrCompleted).Via(operators.Feedback(body(), func(v int) (int, bool) {
				if v == 0 {
					panic("again")
				}
				return v, false
			}, 100, demand.Fail, stage.Name("cycle")))
			_, err := flow.Collect(t.Context(), f)
			var panicked *stage.PanicError
			if !errors.As(err, &panicked) || panicked.Stage != "cycle" {
				t.Errorf("%s: error %v", name, err)
			}
			l.once(t, 0)
		}
	})
}

// What is in the cycle when the run is drained is delivered; a stop ends an
// endless one, and one that waits for upstream.
func TestFeedbackDrains(t *testing.T) {
	for name, body := range bodies(onceLess) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := make(chan rounds)
				var got []rounds
				f := flow.From(source.Chan(in)).Via(operators.Feedback(body(), goesOn, 30, demand.Fail))
				r, err := f.To(sink.Slice(&got)).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for i := range 20 {
					in <- rounds{i, 5}
				}
				if err := r.Drain(t.Context()); err != nil || len(got) != 20 {
					t.Errorf("got %v, error %v", got, err)
				}
				// The next one waits.
				f = flow.From(source.Chan(in)).Via(operators.Feedback(body(), goesOn, 30, demand.Fail))
				if r, err = f.To(sink.Discard[rounds]()).Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				in <- rounds{1, 3}
				time.Sleep(time.Second)
				if err := r.Stop(errSource); !errors.Is(err, errSource) {
					t.Error(err)
				}
			})
		})
	}
}

// An element that comes back while upstream has nothing goes in at once.
func TestFeedbackDoesNotWaitForUpstream(t *testing.T) {
	for name, body := range bodies(onceLess) {
		if strings.Contains(name, "holds") || strings.Contains(name, "batch") && !strings.Contains(name, "time") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in, out := make(chan rounds), make(chan rounds)
				f := flow.From(source.Chan(in)).Via(operators.Feedback(body(), goesOn, 5, demand.Fail))
				r, err := f.To(sink.Chan(out)).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for i := range 3 {
					begun := time.Now()
					in <- rounds{i, 6}
					if got := <-out; got.id != i || time.Since(begun) > time.Second {
						t.Errorf("%v after %s", got, time.Since(begun))
					}
				}
				close(in)
				if err := r.Wait(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestFeedbackCounts(t *testing.T) {
	f := flow.From(source.Range(0, 10)).Via(operators.Feedback(operators.Map(func(v int) int { return v - 1 }, stage.Name("less")),
		func(v int) (int, bool) { return v, v > 0 }, 3, demand.Fail, stage.Name("cycle")))
	if s := f.To(sink.Discard[int]()).String(); s != "island 1: range → less → cycle → discard\n" {
		t.Error(s)
	}
	r, err := f.To(sink.Discard[int]()).Start(t.Context())
	if err == nil {
		err = r.Wait()
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]int64{"range": {0, 10}, "cycle/entry": {10, 46}, "less": {46, 46}, "cycle": {46, 10}, "discard": {10, 10}} {
		if s, _ := r.Snapshot().Stage(name); s.In != want[0] || s.Out != want[1] {
			t.Errorf("%s: in %d, out %d; want %v", name, s.In, s.Out, want)
		}
	}
}

// However often a body is opened anew, it has one set of counts.
func TestFeedbackOpensAnew(t *testing.T) {
	body := stage.Compose(operators.Batch[int](10, 0), operators.Unbatch[int]())
	f := flow.From(source.Range(0, 25)).Via(operators.Feedback(body, func(v int) (int, bool) { return v + 100, v < 100_000 }, 25, demand.Fail))
	r, err := f.To(sink.Discard[int]()).Start(t.Context())
	if err == nil {
		err = r.Wait()
	}
	s, _ := r.Snapshot().Stage("batch")
	if err != nil || len(r.Snapshot().Stages) != 6 || s.Out < 1000 {
		t.Errorf("%d stages, %d batches, error %v", len(r.Snapshot().Stages), s.Out, err)
	}
}

func TestFeedbackRules(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for name, body := range bodies(func(v int) int { return v }) {
		t.Run(name, func(t *testing.T) {
			opts := []stagetest.Option{}
			if strings.Contains(name, "unordered") {
				opts = append(opts, stagetest.Unordered())
			}
			stagetest.Rules(t, func() stage.Stage[int, int] {
				return operators.Feedback(body(), func(v int) (int, bool) { return v, false }, 100, demand.Fail)
			}, samples, append(opts, stagetest.Want(samples...))...)
		})
	}
	again := func(v int) (int, bool) { return v, v > 0 && v%4 != 0 }
	t.Run("again", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return operators.Feedback(operators.Map(func(v int) int { return v - 1 }), again, 3, demand.Fail)
		}, samples, stagetest.Unordered())
	})
	t.Run("again, with workers", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return operators.Feedback(operators.MapErr(func(v int) (int, error) { return v - 1, nil }, stage.Workers(2)), again, 3, demand.Fail)
		}, samples, stagetest.Unordered())
	})
	t.Run("again, with a link", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return operators.Feedback(stage.Compose(operators.Map(func(v int) int { return v - 1 }), operators.Async[int](1)), again, 3, demand.Fail)
		}, samples, stagetest.Unordered())
	})
}

func TestMistakesOfFeedback(t *testing.T) {
	id := operators.Map(func(v int) int { return v })
	again := func(v int) (int, bool) { return v, false }
	for want, s := range map[string]stage.Stage[int, int]{
		"body must not be nil":              operators.Feedback(nil, again, 1, demand.Fail),
		"function must not be nil":          operators.Feedback(id, nil, 1, demand.Fail),
		"capacity must be at least 1, is 0": operators.Feedback(id, again, 0, demand.Fail),
		"unknown overflow strategy 99":      operators.Feedback(id, again, 1, 99),
		"overflow strategy Block would make the cycle wait for itself: choose one that drops, or Fail": operators.Feedback(id, again, 1, demand.Block),
		`weir: stage "batch": batch size must be at least 1, is 0`:                                     operators.Feedback(stage.Compose(operators.Batch[int](0, 0), operators.Unbatch[int]()), again, 1, demand.Fail),
	} {
		if err := s.Meta().Err; err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
