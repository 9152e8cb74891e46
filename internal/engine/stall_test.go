package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// Tiny runs of all kinds, with everything that may wake an island: none is taken
// for stalled. A run that hangs instead is found by its deadline.
func TestTinyRunsAreNotTakenForStalled(t *testing.T) {
	runs := 2000
	if testing.Short() {
		runs = 300
	}
	for _, procs := range []int{1, 2, 8} {
		t.Run(fmt.Sprint("GOMAXPROCS ", procs), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			seed := uint64(time.Now().UnixNano())
			for i := range runs {
				rnd := rand.New(rand.NewPCG(seed, uint64(i)))
				f, n := tiny(rnd)
				r, err := f.To(sink.Discard[int](stage.Window(1, 1+rnd.IntN(8)))).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				drained := rnd.IntN(8) == 0
				if drained { // wakes every island
					_ = r.Drain(t.Context())
				}
				select {
				case <-r.Done():
				case <-time.After(20 * time.Second):
					t.Fatalf("seed %d, run %d hangs: %+v", seed, i, r.Snapshot())
				}
				st, _ := r.Snapshot().Stage("discard")
				if err := r.Wait(); err != nil || st.Out != int64(n) && !drained {
					t.Fatalf("seed %d, run %d: %d of %d elements, error %v", seed, i, st.Out, n, err)
				}
			}
		})
	}
}

// tiny makes a flow of n elements over links, workers, fan-in and fan-out.
func tiny(rnd *rand.Rand) (f flow.Flow[int], n int) {
	n = rnd.IntN(12)
	f = flow.From(source.Range(0, n))
	for range 1 + rnd.IntN(3) {
		switch rnd.IntN(10) {
		case 0, 1:
			f = f.Via(operators.Async[int](1 + rnd.IntN(3)))
		case 2:
			f = flow.Via(f, operators.MapErr(func(v int) (int, error) { return v, nil }, stage.Workers(1+rnd.IntN(3)))).Via(operators.Async[int](1))
		case 3:
			two := flow.Broadcast(f, 2, stage.Capacity(1+rnd.IntN(3)))
			f = flow.ZipWith(two[0], two[1].Via(operators.Async[int](1)), func(a, b int) int { return a - b })
		case 4:
			two := flow.Balance(f, 2, stage.Capacity(1+rnd.IntN(3)))
			f = flow.Merge(two[0], two[1])
		case 5:
			g := flow.From(source.Range(0, 3))
			f, n = flow.MergeWith([]flow.Flow[int]{f, g}, stage.Capacity(1+rnd.IntN(2))), n+3
		case 6:
			g := flow.From(source.Range(0, 3))
			f, n = flow.MergePrioritizedWith([]int{1, 1 + rnd.IntN(2)}, []flow.Flow[int]{f, g}, stage.Capacity(2)), n+3
		case 7:
			two := flow.Broadcast(f, 2, stage.Capacity(1+rnd.IntN(3)))
			f = flow.Race(two[0], two[1].Via(operators.Async[int](1)))
		case 8:
			f = flow.WithLatestFrom(f, flow.From(source.Range(0, 1+rnd.IntN(4))), func(a, _ int) int { return a }, stage.Capacity(1+rnd.IntN(3)))
		case 9:
			one := flow.Concat(flow.From(source.Range(0, 1)), flow.From(source.Range(0, 0)))
			f = flow.WithLatestFrom(f, flow.CombineLatest(one, one.Via(operators.Async[int](1)), func(a, b int) int { return a + b }), func(a, _ int) int { return a })
		}
	}
	return f, n
}

// A run that waits for something outside is not stalled, however long it waits.
func TestWaitingForTheOutsideIsNotAStall(t *testing.T) {
	for name, via := range map[string]func(flow.Flow[int]) flow.Flow[int]{
		"a source": func(f flow.Flow[int]) flow.Flow[int] { return f.Via(operators.Async[int](1)) },
		"a batch with time": func(f flow.Flow[int]) flow.Flow[int] {
			b := flow.Via(f.Via(operators.Async[int](1)), operators.Batch[int](5, time.Minute))
			return flow.Via(b, operators.Map(func(b []int) int { return b[0] }))
		},
		"workers": func(f flow.Flow[int]) flow.Flow[int] {
			return flow.Via(f, operators.MapErr(func(v int) (int, error) { time.Sleep(time.Hour); return v, nil }, stage.Workers(2))).Via(operators.Async[int](1))
		},
		"a combination": func(f flow.Flow[int]) flow.Flow[int] {
			return flow.WithLatestFrom(f, flow.From(source.Range(0, 1)), func(v, _ int) int { return v })
		},
		"a race":  func(f flow.Flow[int]) flow.Flow[int] { return flow.Race(f) },
		"a merge": func(f flow.Flow[int]) flow.Flow[int] { return flow.Merge(f, flow.From(source.Range(0, 0))) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src, snk := stagetest.NewSource[int](t), stagetest.NewSink[int](t)
				r, err := via(flow.From(src)).To(snk).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				snk.Request(9)
				time.Sleep(24 * time.Hour)
				src.Send(7)
				time.Sleep(2 * time.Hour)
				snk.Expect(7)
				src.Complete()
				snk.ExpectComplete()
				if err := r.Wait(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A stall is noticed at once, wherever the islands are, and names the links.
func TestStallsAreNoticed(t *testing.T) {
	numbers := func() flow.Flow[int] { return flow.From(source.Range(0, 10_000)) }
	firstOf := operators.Map(func(b []int) int { return b[0] }, stage.Name("first"))
	hold := func(f flow.Flow[int], n int) flow.Flow[int] {
		return flow.Via(flow.Via(f, operators.Batch[int](n, 0)), firstOf)
	}
	sub := func(a, b int) int { return a - b }
	for name, c := range map[string]struct {
		f     flow.Flow[int]
		links []string
	}{
		"a batch larger than the link beside it": {
			func() flow.Flow[int] {
				two := flow.Broadcast(numbers(), 2, stage.Capacity(16), stage.Name("fork"))
				return flow.ZipWith(two[0], hold(two[1], 17), sub)
			}(), []string{`"fork/0"`},
		},
		"with links between": {
			func() flow.Flow[int] {
				two := flow.Broadcast(numbers().Via(operators.Async[int](4, stage.Name("before"))), 2, stage.Capacity(4), stage.Name("fork"))
				return flow.ZipWith(two[0].Via(operators.Async[int](4, stage.Name("short"))), hold(two[1].Via(operators.Async[int](4)), 100), sub)
			}(), []string{`"fork/0"`, `"short"`},
		},
		"three branches": {
			func() flow.Flow[int] {
				three := flow.Broadcast(numbers(), 3, stage.Capacity(8), stage.Name("fork"))
				return flow.ZipWith(flow.ZipWith(three[0], three[1], sub), hold(three[2], 50), sub)
			}(), []string{`"fork/0"`, `"fork/1"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			_, err := flow.Collect(t.Context(), c.f)
			if !errors.Is(err, engine.ErrStalled) {
				t.Fatalf("got %v", err)
			}
			for _, l := range c.links {
				if !strings.Contains(err.Error(), l) {
					t.Errorf("link %s is not named: %v", l, err)
				}
			}
			if d := time.Since(begun); d > time.Second {
				t.Errorf("it took %s", d)
			}
		})
	}
}
