package operators_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

func TestMergeMapRules(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for name, fn := range map[string]func(int) stage.Source[int]{
		"one":   func(v int) stage.Source[int] { return source.Slice([]int{v}) },
		"some":  copies,
		"none":  func(int) stage.Source[int] { return source.Range(0, 0) },
		"many":  func(v int) stage.Source[int] { return source.Slice(slices.Repeat([]int{v}, 40)) },
		"books": func(v int) stage.Source[int] { return stagetest.NewCommitting(t, []int{v, v, v}, 2) },
	} {
		for _, breadth := range []int{1, 20} {
			t.Run(fmt.Sprint(name, breadth), func(t *testing.T) {
				make := func() stage.Stage[int, int] { return operators.MergeMap(breadth, fn, stage.Capacity(2)) }
				var want []int
				for _, v := range samples {
					switch name {
					case "one":
						want = append(want, v)
					case "some":
						want = append(want, slices.Repeat([]int{v}, v%3)...)
					case "many":
						want = append(want, slices.Repeat([]int{v}, 40)...)
					case "books":
						want = append(want, v, v, v)
					}
				}
				stagetest.Rules(t, make, samples, stagetest.Unordered(), stagetest.Want(want...))
			})
		}
	}
}

// At most so many sources are open at once, on as many goroutines, and one that
// waits does not hold up another.
func TestMergeMapBreadth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var events []string
		note := func(what string, v int) { events = append(events, fmt.Sprint(what, v, "@", time.Since(start))) }
		f := flow.From(source.Range(1, 6)).Via(operators.MergeMap(2, func(v int) stage.Source[int] {
			note("open", v)
			return waits(v, 2, time.Duration(v)*time.Second)
		})).Via(operators.Peek(func(v int) { note("", v) }))
		r, got := runs(t, f)
		if err := r.Wait(); err != nil || len(*got) != 10 {
			t.Fatalf("got %v, error %v", *got, err)
		}
		want := "open1@0s open2@0s 1@1s 1@2s 2@2s open3@2s 2@4s open4@4s 3@5s 3@8s 4@8s open5@8s 4@12s 5@13s 5@18s"
		slices.SortStableFunc(events, func(a, b string) int { // at one moment there is no order
			at := func(s string) time.Duration { d, _ := time.ParseDuration(s[strings.Index(s, "@")+1:]); return d }
			if d := at(a) - at(b); d != 0 {
				return int(d)
			}
			return strings.Compare(a, b)
		})
		if got := strings.Join(events, " "); got != want {
			t.Errorf("got\n%s, want\n%s", got, want)
		}
		if s := r.Snapshot().Stages; len(s) != 6 { // range, mergemap, two of it, peek, slice
			t.Errorf("%d stages", len(s))
		}
	})
}

// Elements of one source keep their order, and goroutines and links are used again
// and again.
func TestMergeMapOfMany(t *testing.T) {
	const n = 1_000
	var open, most atomic.Int64
	r, got := runs(t, flow.From(source.Range(0, n)).Via(operators.MergeMap(3, func(v int) stage.Source[int] {
		return stage.NewSource(stage.Meta{Kind: "s"}, func(rt *stage.Runtime) demand.Upstream[int] {
			if now := open.Add(1); now > most.Load() {
				most.Store(now)
			}
			rt.OnClose(func() error { open.Add(-1); return nil })
			return source.Range(v*10, v*10+v%4).Open(rt)
		})
	}, stage.Capacity(2))))
	if err := r.Wait(); err != nil {
		t.Fatal(err)
	}
	last := map[int]int{}
	for _, v := range *got {
		if v%10 != last[v/10] {
			t.Fatalf("%d came as number %d of its source", v, last[v/10])
		}
		last[v/10]++
	}
	if len(*got) != n/4*(0+1+2+3) || most.Load() > 3 || open.Load() != 0 || len(r.Snapshot().Stages) != 6 {
		t.Errorf("got %d, most open %d, left %d, stages %d", len(*got), most.Load(), open.Load(), len(r.Snapshot().Stages))
	}
	if s := counts(t, r, "mergemap"); s.In != n || s.Out != int64(len(*got)) || s.Discarded != 0 {
		t.Errorf("%d in, %d out, %d discarded", s.In, s.Out, s.Discarded)
	}
}

// While downstream is busy, a source gives as much as its link holds.
func TestMergeMapBackpressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var gave atomic.Int64
		out := stagetest.NewSink[int](t)
		p := flow.From(source.Range(0, 100)).Via(operators.MergeMap(2, func(v int) stage.Source[int] {
			return source.Func(func(context.Context) (int, error) { gave.Add(1); return v, nil })
		}, stage.Capacity(4))).To(out)
		r, err := p.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for n := range int64(5) {
			if n > 0 {
				out.Request(1)
			}
			synctest.Wait()
			if g := gave.Load(); g > 2*4+n+1 || n > 0 && g < 8 {
				t.Errorf("after %d elements the sources gave %d", n, g)
			}
		}
		r.Stop(nil)
		_ = r.Wait()
	})
}

// Upstream's error comes at once, and a failure ends the other sources.
func TestMergeMapFailsAtOnce(t *testing.T) {
	boom := errors.New("boom")
	for name, fails := range map[string]func(int) stage.Source[int]{
		"upstream": func(v int) stage.Source[int] { return waits(v, 1, time.Hour) },
		"source": func(v int) stage.Source[int] {
			if v == 2 {
				return source.Seq2(func(yield func(int, error) bool) { _ = yield(7, nil) && yield(8, nil) && yield(0, boom) })
			}
			return waits(v, 1, time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var j journal
				var l ledger
				end := demand.ErrCompleted
				if name == "upstream" {
					end = boom
				}
				r, got := runs(t, l.tracked(upTo(4), 1, end).Via(operators.MergeMap(10, func(v int) stage.Source[int] { return j.open(v, fails(v)) })))
				err := r.Wait()
				if !errors.Is(err, boom) || time.Since(start) > 0 {
					t.Errorf("after %s got %v", time.Since(start), err)
				}
				if name == "source" && !slices.Equal(*got, []int{7, 8}) {
					t.Errorf("got %v", *got)
				}
				if strings.Count(j.String(), "open") != strings.Count(j.String(), "close") {
					t.Error(&j)
				}
				l.check(t, 0)
				if s := counts(t, r, "mergemap"); s.Discarded != 4 {
					t.Errorf("%d discarded", s.Discarded)
				}
			})
		})
	}
}

// In any shape, and cut anywhere, all that comes is right, what was read settles
// once, and nothing is done that was not delivered.
func TestMergeMapShapes(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 5
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(procs)
		for round := range rounds {
			rnd := rand.New(rand.NewPCG(uint64(procs), uint64(round)))
			n, breadth := rnd.IntN(60), 1+rnd.IntN(5)
			sizes := make([]int, n)
			for i := range sizes {
				sizes[i] = rnd.IntN(12)
			}
			per, capacity, async := 1+rnd.IntN(4), 1+rnd.IntN(9), rnd.IntN(3)
			cut := rnd.IntN(300)
			how := []string{"all", "take", "cancel", "drain"}[rnd.IntN(4)]
			name := fmt.Sprintf("%d procs, round %d: %s %d, breadth %d", procs, round, how, cut, breadth)
			var mu sync.Mutex
			books := map[int]*stagetest.Committing[int]{}
			outer := stagetest.NewCommitting(t, upTo(n), per)
			f := flow.From(outer)
			if async == 0 {
				f = f.Via(operators.Async[int](1 + rnd.IntN(9)))
			}
			f = f.Via(operators.MergeMap(breadth, func(v int) stage.Source[int] {
				var items []int
				for k := range sizes[v] {
					items = append(items, v*100+k)
				}
				switch v % 3 {
				case 0:
					return source.Slice(items)
				case 1:
					return source.Seq(slices.Values(items))
				}
				b := stagetest.NewCommitting(t, items, 1+v%4)
				mu.Lock()
				defer mu.Unlock()
				books[v] = b
				return b
			}, stage.Capacity(capacity)))
			if how == "take" {
				f = f.Via(operators.Take[int](cut))
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			var got []int
			var r *flow.Running
			ready := make(chan struct{})
			r, err := f.To(sink.ForEach(func(v int) error {
				<-ready
				if len(got) == cut {
					switch how {
					case "cancel":
						cancel(errChain)
					case "drain":
						go func() { _ = r.Drain(context.Background()) }()
					}
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
				t.Fatalf("%s: %v", name, err)
			}
			next, total := map[int]int{}, 0
			for _, v := range got {
				if v%100 != next[v/100] {
					t.Fatalf("%s: got %v", name, got)
				}
				next[v/100]++
			}
			for _, s := range sizes {
				total += s
			}
			if how == "all" && len(got) != total {
				t.Fatalf("%s: got %d of %d", name, len(got), total)
			}
			outer.ExpectSettled()
			if how == "all" {
				outer.ExpectCommitted(n)
			}
			for v := range outer.Committed() {
				if next[v] != sizes[v] {
					t.Errorf("%s: %d is committed, and %d of %d came", name, v, next[v], sizes[v])
				}
			}
			for v, b := range books {
				b.ExpectSettled()
				if b.Committed() > next[v] || how == "all" && b.Committed() != sizes[v] {
					t.Errorf("%s: source %d has %d committed, and %d of %d came", name, v, b.Committed(), next[v], sizes[v])
				}
			}
		}
	}
}
