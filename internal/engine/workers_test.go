package engine_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// Calls that take all kinds of time: in order nothing overtakes; as they come,
// what is done leaves.
func TestWorkersWithCallsOfAllLengths(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rapid.SyncTest(r, func(r *rapid.T) {
			n := rapid.IntRange(0, 60).Draw(r, "elements")
			takes := rapid.SliceOfN(rapid.IntRange(0, 20), n, n).Draw(r, "takes")
			workers := rapid.IntRange(1, 6).Draw(r, "workers")
			opts := []stage.Option{stage.Workers(workers)}
			ordered := rapid.Bool().Draw(r, "ordered")
			if !ordered {
				opts = append(opts, stage.Unordered())
			}
			var atOnce, most atomic.Int64
			src := stagetest.NewCommitting(t, numbers(0, n), rapid.IntRange(1, 7).Draw(r, "read"))
			got, err := flow.Collect(context.Background(), flow.Via(flow.From(src), operators.MapErr(func(v int) (int, error) {
				if now := atOnce.Add(1); now > most.Load() {
					most.Store(now)
				}
				defer atOnce.Add(-1)
				time.Sleep(time.Duration(takes[v]) * time.Millisecond)
				return v, nil
			}, opts...)))
			if err != nil {
				r.Fatal(err)
			}
			if most.Load() > int64(workers) {
				r.Fatalf("%d calls at once on %d workers", most.Load(), workers)
			}
			if !ordered {
				slices.Sort(got)
			}
			if !slices.Equal(got, numbers(0, n)) {
				r.Fatalf("got %v", got)
			}
			src.ExpectCommitted(n)
		})
	})
}

// In order, an error comes behind what was before it, also if that takes longer,
// and nothing behind it comes.
func TestWorkersInOrderFailInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := errors.New("first"), errors.New("second")
		src := stagetest.NewCommitting(t, numbers(0, 1000), 1)
		f := flow.Via(flow.From(src), operators.MapErr(func(v int) (int, error) {
			switch v {
			case 0, 1:
				time.Sleep(time.Minute)
			case 2:
				time.Sleep(30 * time.Second)
				return 0, first
			case 3:
				return 0, second
			}
			return v, nil
		}, stage.Workers(4)))
		got, err := flow.Collect(t.Context(), f)
		if !errors.Is(err, first) || errors.Is(err, second) || !slices.Equal(got, []int{0, 1}) {
			t.Errorf("got %v, then %v", got, err)
		}
		src.ExpectCommitted(2)
	})
}

// Without order, what is under way when a call fails is still handed on.
func TestWorkersWithoutOrderHandOnWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flow.Via(flow.From(source.Range(0, 100)), operators.MapErr(func(v int) (int, error) {
			if v == 1 {
				return 0, errBroken
			}
			time.Sleep(time.Second)
			return v, nil
		}, stage.Workers(3), stage.Unordered()))
		got, err := flow.Collect(t.Context(), f)
		slices.Sort(got)
		if !errors.Is(err, errBroken) || !slices.Contains(got, 0) || !slices.Contains(got, 2) || len(got) > 8 {
			t.Errorf("got %v, then %v", got, err)
		}
	})
}

func TestPanicOfAWorker(t *testing.T) {
	for name, opts := range map[string][]stage.Option{"ordered": nil, "unordered": {stage.Unordered()}} {
		t.Run(name, func(t *testing.T) {
			src := stagetest.NewCommitting(t, numbers(0, 100), 3)
			f := flow.Via(flow.From(src), operators.MapErr(func(v int) (int, error) {
				if v == 20 {
					panic(errBroken)
				}
				return v, nil
			}, append(opts, stage.Workers(3), stage.Name("fragile"))...))
			err := f.To(sink.Discard[int]()).Run(t.Context())
			var p *stage.PanicError
			if !errors.As(err, &p) || p.Stage != "fragile" || !errors.Is(err, errBroken) || len(p.Stack) == 0 {
				t.Errorf("got %v", err)
			}
			src.ExpectSettled()
			if src.Committed() > 20 {
				t.Errorf("%d elements are committed, number 20 failed", src.Committed())
			}
		})
	}
}

// A stop ends the context of the calls under way, and waits for them.
func TestStopInterruptsCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var causes atomic.Int64
		src := stagetest.NewCommitting(t, numbers(0, 100), 1)
		f := flow.Via(flow.From(src), operators.MapContext(func(ctx context.Context, v int) (int, error) {
			<-ctx.Done()
			if context.Cause(ctx) == errBroken {
				causes.Add(1)
			}
			time.Sleep(time.Second) // to put things in order
			return v, nil
		}, stage.Workers(3)))
		r, err := f.To(sink.Discard[int]()).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		begun := time.Now()
		if err := r.Stop(errBroken); err != errBroken || causes.Load() < 3 {
			t.Errorf("stopped with %v, %d calls were told why", err, causes.Load())
		}
		if d := time.Since(begun); d > 2*time.Second {
			t.Errorf("it took %s", d)
		}
		src.ExpectCommitted(0)
	})
}

// Workers take no more than they can hold while nobody wants results.
func TestWorkersAreHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 3
		var began atomic.Int64
		snk := stagetest.NewSink[int](t)
		f := flow.Via(flow.From(source.Range(0, 100)), operators.MapErr(func(v int) (int, error) {
			began.Add(1)
			return v, nil
		}, stage.Workers(n)))
		r, err := f.To(snk).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			synctest.Wait()
			if held := began.Load() - int64(i); held > 2*n+1 { // one is in the hand of the sink
				t.Fatalf("%d were taken, %d calls were begun", i, began.Load())
			}
			snk.Request(1)
			snk.Expect(i)
		}
		if err := r.Stop(errBroken); err != errBroken {
			t.Error(err)
		}
	})
}
