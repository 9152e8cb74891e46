package operators_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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
	"github.com/weir-go/weir/stage/stagetest"
)

func TestSingleRules(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for name, fn := range map[string]func(int) stage.Source[int]{
		"one":   func(v int) stage.Source[int] { return source.Slice([]int{v}) },
		"none":  func(int) stage.Source[int] { return source.Range(0, 0) },
		"many":  func(v int) stage.Source[int] { return source.Slice(slices.Repeat([]int{v}, 40)) },
		"books": func(v int) stage.Source[int] { return stagetest.NewCommitting(t, []int{v, v, v}, 2) },
	} {
		for what, make := range map[string]func() stage.Stage[int, int]{
			"switch":  func() stage.Stage[int, int] { return operators.SwitchMap(fn, stage.Capacity(2)) },
			"exhaust": func() stage.Stage[int, int] { return operators.ExhaustMap(fn, stage.Capacity(2)) },
		} {
			t.Run(name+what, func(t *testing.T) {
				// What comes out depends on time.
				stagetest.Rules(t, make, samples, stagetest.By(func([]int) any { return nil }))
			})
		}
	}
}

// timed runs elements that come at the times given, in tenths of a second, through
// op, and returns when what came.
func timed(t *testing.T, op stage.Stage[int, int], at ...int) (string, demand.StageStats, error) {
	t.Helper()
	start := time.Now()
	var got []string
	i := 0
	f := flow.From(source.Func(func(ctx context.Context) (int, error) {
		if i == len(at) {
			return 0, demand.ErrCompleted
		}
		i++
		select {
		case <-time.After(time.Until(start.Add(time.Duration(at[i-1]) * time.Second / 10))):
			return i, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})).Via(op)
	r, err := f.To(sink.ForEach(func(v int) error {
		got = append(got, fmt.Sprint(v, "@", time.Since(start)))
		return nil
	})).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = r.Wait()
	return strings.Join(got, " "), counts(t, r, strings.ToLower(op.Meta().Kind)), err
}

func TestSwitchMap(t *testing.T) {
	var j journal
	every := func(d time.Duration) func(int) stage.Source[int] {
		return func(v int) stage.Source[int] { return j.open(v, waits(v, 3, d)) }
	}
	for name, c := range map[string]struct {
		fn   func(int) stage.Source[int]
		at   []int
		want string
		gone int64
	}{
		"one ends before the next": {every(time.Second), []int{0, 40}, "1@1s 1@2s 1@3s 2@5s 2@6s 2@7s", 0},
		"the next one cuts it":     {every(time.Second), []int{0, 25, 40}, "1@1s 1@2s 2@3.5s 3@5s 3@6s 3@7s", 2},
		"none but the last":        {every(time.Second), []int{0, 5, 10, 15}, "4@2.5s 4@3.5s 4@4.5s", 3},
		"what comes at once":       {every(time.Second), []int{5, 5, 5}, "3@1.5s 3@2.5s 3@3.5s", 2},
		"one that keeps time": {func(v int) stage.Source[int] {
			tick := source.Ticker(time.Second)
			return stage.NewSource(tick.Meta(), func(rt *stage.Runtime) demand.Upstream[int] {
				return &ticks{Upstream: tick.Open(rt), v: v, left: 2}
			})
		}, []int{0, 15}, "1@1s 2@2.5s 2@3.5s", 1},
		// It heeds nothing: the next one is opened when it has let go, at 2 s.
		"a stubborn one": {func(v int) stage.Source[int] {
			return source.Seq(func(yield func(int) bool) { time.Sleep(2 * time.Second); yield(v) })
		}, []int{0, 5, 10, 15}, "4@4s", 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j.lines = nil
				got, s, err := timed(t, operators.SwitchMap(c.fn), c.at...)
				if err != nil || got != c.want || s.Dropped[operators.ReasonSuperseded] != c.gone || s.In != int64(len(c.at)) {
					t.Errorf("got %s, want %s, error %v, dropped %v", got, c.want, err, s.Dropped)
				}
				if open := strings.Count(j.String(), "open"); open != strings.Count(j.String(), "close") || open != strings.Count(j.String(), "cancel") {
					t.Error(&j)
				}
			})
		})
	}
}

// ticks emits v at each tick, so many times.
type ticks struct {
	demand.Upstream[time.Time]
	in   demand.Chunk[time.Time]
	v    int
	left int
}

func (k *ticks) Pull(dst *demand.Chunk[int]) error {
	if k.left == 0 {
		return demand.ErrCompleted
	}
	if err := demand.Refill(k.Upstream, &k.in, dst); err != nil || k.in.Len() == 0 {
		return err
	}
	k.left--
	demand.MapInto(dst, &k.in, func(time.Time) int { return k.v })
	return nil
}

// What a source gave before it was given up, and nobody took, is discarded; its
// element is handled.
func TestSwitchMapDiscards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var books []*stagetest.Committing[int]
		outer := stagetest.NewSource[int](t)
		out := stagetest.NewSink[int](t)
		var l ledger
		f := flow.From(outer).Via(operators.Async[int](5)).Via(trackEach(&l)).Via(operators.SwitchMap(func(v int) stage.Source[int] {
			b := stagetest.NewCommitting(t, []int{v, v + 1, v + 2, v + 3}, 2)
			books = append(books, b)
			return b
		}))
		r, err := f.To(out).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		outer.Send(10)
		out.Request(1)
		out.Expect(10)
		synctest.Wait()
		outer.Send(20)
		synctest.Wait()
		out.Request(5)
		out.Expect(11, 20, 21, 22, 23) // the sink had 11 already
		outer.Complete()
		out.Request(1)
		if err := r.Wait(); err != nil {
			t.Fatal(err)
		}
		books[0].ExpectCommitted(2)
		books[1].ExpectCommitted(4)
		l.check(t, 2)
		s := counts(t, r, "switchmap")
		if s.Discarded != 2 || s.Dropped[operators.ReasonSuperseded] != 1 || s.In != 2 || s.Out != 6 {
			t.Errorf("%d in, %d out, discarded %d, dropped %v", s.In, s.Out, s.Discarded, s.Dropped)
		}
	})
}

// trackEach gives each element a lineage of its own.
func trackEach(l *ledger) stage.Stage[int, int] {
	return stage.New("track", func(_ *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] {
		return &tracker{Upstream: up, l: l}
	})
}

type tracker struct {
	demand.Upstream[int]
	l *ledger
	n int
}

func (k *tracker) Pull(dst *demand.Chunk[int]) error {
	was := dst.Limit(1)
	err := k.Upstream.Pull(dst)
	dst.Unlimit(was)
	if dst.Len() > 0 {
		dst.SetLineage(k.l.begin(k.n, k.n+1))
		k.n++
	}
	return err
}

// An error behind the one that gave a source up is counted, a panic is not passed
// over.
func TestSwitchMapFailsLate(t *testing.T) {
	boom := errors.New("boom")
	for name, late := range map[string]func() error{
		"error": func() error { return boom },
		"panic": func() error { panic(boom) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, s, err := timed(t, operators.SwitchMap(func(v int) stage.Source[int] {
					if v > 1 {
						return source.Slice([]int{v})
					}
					return source.Func(func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, late() })
				}), 0, 10)
				var panicked *stage.PanicError
				switch {
				case name == "panic" && errors.As(err, &panicked) && errors.Is(err, boom):
				case name == "error" && err == nil && got == "2@1s" && s.Failed == 1:
				default:
					t.Errorf("got %s, error %v, failed %d", got, err, s.Failed)
				}
			})
		})
	}
}

func TestExhaustMap(t *testing.T) {
	fn := func(v int) stage.Source[int] { return waits(v, 2, time.Second) }
	for name, c := range map[string]struct {
		at   []int
		want string
		gone int64
	}{
		"one ends before the next": {[]int{0, 30}, "1@1s 1@2s 2@4s 2@5s", 0},
		"others are dropped":       {[]int{0, 5, 15, 25}, "1@1s 1@2s 4@3.5s 4@4.5s", 2},
		"what comes at once":       {[]int{5, 5, 5}, "1@1.5s 1@2.5s", 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, s, err := timed(t, operators.ExhaustMap(fn), c.at...)
				if err != nil || got != c.want || s.Dropped[operators.ReasonBusy] != c.gone || s.In != int64(len(c.at)) || s.Discarded != 0 {
					t.Errorf("got %s, want %s, error %v, dropped %v", got, c.want, err, s.Dropped)
				}
			})
		})
	}
}

// Upstream that never pauses leaves one source: the last, or the first.
func TestSingleOfFastUpstream(t *testing.T) {
	const n = 100_000
	for name, c := range map[string]struct {
		op     stage.Stage[int, int]
		reason string
		first  int
	}{
		"switchmap":  {operators.SwitchMap(copiesOf3), operators.ReasonSuperseded, n - 1},
		"exhaustmap": {operators.ExhaustMap(func(v int) stage.Source[int] { return waits(v, 3, time.Hour) }), operators.ReasonBusy, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l ledger
				r, got := runs(t, l.tracked(upTo(n), 1000, demand.ErrCompleted).Via(c.op))
				err := r.Wait()
				s := counts(t, r, name)
				if last := len(*got) - 3; err != nil || last < 0 || !slices.Equal((*got)[last:], slices.Repeat([]int{c.first}, 3)) || s.In != n || s.Dropped[c.reason] == 0 {
					t.Errorf("got %v, error %v, %d in, dropped %v", *got, err, s.In, s.Dropped)
				}
				l.check(t, n)
			})
		})
	}
}

func copiesOf3(v int) stage.Source[int] { return source.Slice([]int{v, v, v}) }

// Upstream's error and a stop come at once, whatever the source waits for.
func TestSingleFailsAtOnce(t *testing.T) {
	boom := errors.New("boom")
	for name, make := range map[string]func(func(int) stage.Source[int], ...stage.Option) stage.Stage[int, int]{
		"switchmap": operators.SwitchMap[int, int], "exhaustmap": operators.ExhaustMap[int, int],
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var l ledger
				r, _ := runs(t, l.tracked([]int{1}, 1, boom).Via(make(func(v int) stage.Source[int] { return waits(v, 1, time.Hour) })))
				if err := r.Wait(); !errors.Is(err, boom) || time.Since(start) > 0 {
					t.Errorf("after %s got %v", time.Since(start), err)
				}
				l.check(t, 0)
				if s := counts(t, r, name); s.Discarded != 1 {
					t.Errorf("%d discarded", s.Discarded)
				}
			})
		})
	}
}

// Drained, the source that is open ends, and its element is given up.
func TestSingleIsDrained(t *testing.T) {
	for name, make := range map[string]func(func(int) stage.Source[int], ...stage.Option) stage.Stage[int, int]{
		"switchmap": operators.SwitchMap[int, int], "exhaustmap": operators.ExhaustMap[int, int],
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				books := stagetest.NewCommitting(t, []int{1}, 1)
				r, got := runs(t, flow.From(books).Via(make(func(v int) stage.Source[int] { return waits(v, 9, time.Second) })))
				time.Sleep(2500 * time.Millisecond)
				start := time.Now()
				if err := r.Drain(t.Context()); err != nil || len(*got) != 2 || time.Since(start) > 0 {
					t.Errorf("got %v, error %v, after %s", *got, err, time.Since(start))
				}
				books.ExpectCommitted(0)
				if s := counts(t, r, name); s.Discarded != 1 {
					t.Errorf("%d discarded", s.Discarded)
				}
			})
		})
	}
}

// Whatever happens when, the books balance and every read settles.
func TestSingleShapes(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 5
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(procs)
		for round := range rounds {
			rnd := rand.New(rand.NewPCG(uint64(procs), uint64(round)))
			name := []string{"switchmap", "exhaustmap"}[rnd.IntN(2)]
			how := []string{"all", "take", "cancel", "drain"}[rnd.IntN(4)]
			n, size, cut := rnd.IntN(400), rnd.IntN(20), rnd.IntN(40)
			what := fmt.Sprintf("%d procs, round %d: %s %s %d", procs, round, name, how, cut)
			opened := 0
			fn := func(v int) stage.Source[int] {
				opened++
				return source.Range(v*100, v*100+size)
			}
			op := operators.SwitchMap(fn, stage.Capacity(1+rnd.IntN(9)))
			if name == "exhaustmap" {
				op = operators.ExhaustMap(fn, stage.Capacity(1+rnd.IntN(9)))
			}
			outer := stagetest.NewCommitting(t, upTo(n), 1+rnd.IntN(9))
			f := flow.From(outer).Via(operators.Async[int](1 + rnd.IntN(9))).Via(operators.Peek(func(int) { runtime.Gosched() })).Via(operators.Async[int](1)).Via(op)
			if how == "take" {
				f = f.Via(operators.Take[int](cut))
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			var got []int
			var r *flow.Running
			ready := make(chan struct{})
			r, err := f.To(sink.ForEach(func(v int) error {
				<-ready
				if len(got) == cut && how == "cancel" {
					cancel(errChain)
				}
				if len(got) == cut && how == "drain" {
					go func() { _ = r.Drain(context.Background()) }()
				}
				got = append(got, v)
				return nil
			})).Start(ctx)
			if err != nil {
				t.Fatal(err)
			}
			close(ready)
			err = r.Wait()
			cancel(nil)
			if err != nil && (how != "cancel" || !errors.Is(err, errChain)) {
				t.Fatalf("%s: %v", what, err)
			}
			outer.ExpectSettled()
			next, last := map[int]int{}, -1
			for _, v := range got {
				if v/100 < last || v%100 != next[v/100] {
					t.Fatalf("%s: got %v", what, got)
				}
				last = v / 100
				next[last]++
			}
			s := counts(t, r, name)
			whole := 0
			for _, k := range next {
				if k == size {
					whole++
				}
			}
			if how != "all" || size == 0 {
				continue
			}
			outer.ExpectCommitted(n)
			dropped := s.DroppedTotal()
			// A source may be given up when all it gave has come, before its end has.
			if s.In != int64(n) || name == "exhaustmap" && (int64(whole)+dropped != s.In || s.Discarded != 0 || opened != whole) || int64(whole)+dropped < s.In {
				t.Errorf("%s: %d in, %d whole, %d opened, dropped %v, discarded %d", what, s.In, whole, opened, s.Dropped, s.Discarded)
			}
			if n > 0 && name == "switchmap" && next[n-1] != size {
				t.Errorf("%s: of the last source came %d of %d", what, next[n-1], size)
			}
		}
	}
}
