package engine_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Busy, idle and backpressured add up to the time that passed, and go to the
// right stage.
func TestAccountOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sleep := func(d time.Duration) func(int) int {
			return func(v int) int { time.Sleep(d); return v }
		}
		const n = 100
		f := flow.Via(flow.From(source.Range(0, n)), operators.Map(sleep(2*time.Millisecond), stage.Name("fast")))
		f = flow.Via(f.Via(operators.Async[int](1)), operators.Map(sleep(8*time.Millisecond), stage.Name("slow")))
		r, err := f.To(sink.Discard[int]()).Start(t.Context())
		if err == nil {
			err = r.Wait()
		}
		if err != nil {
			t.Fatal(err)
		}
		s := r.Snapshot()
		near := func(what string, got, want time.Duration) {
			t.Helper()
			if d := got - want; d < -s.Elapsed/20 || d > s.Elapsed/20 {
				t.Errorf("%s: %s, want about %s of %s", what, got, want, s.Elapsed)
			}
		}
		fast, _ := s.Stage("fast")
		slow, _ := s.Stage("slow")
		out, _ := s.Stage("discard")
		near("fast is busy", fast.Busy, n*2*time.Millisecond)
		near("fast is backpressured", fast.Backpressured, n*6*time.Millisecond)
		near("slow is busy", slow.Busy, n*8*time.Millisecond)
		near("the sink is idle", out.Idle, s.Elapsed)
		if b := s.Bottleneck(); b.Name != "slow" {
			t.Errorf("the bottleneck is said to be %q", b.Name)
		}
		for _, st := range s.Stages {
			if st.Link == nil {
				// An island that ends before the run is accounted for until then.
				if sum := st.Busy + st.Idle + st.Backpressured; sum > s.Elapsed+time.Millisecond || sum < s.Elapsed*8/10 {
					t.Errorf("%s accounts for %s of %s", st.Name, sum, s.Elapsed)
				}
			}
		}
	})
}

// Tiny runs over links end, and none is taken for stalled.
func TestNoRunIsTakenForStalled(t *testing.T) {
	for _, procs := range []int{1, 2, 8} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		for i := range 700 {
			f := flow.From(source.Range(0, i%7)).Via(operators.Async[int](1)).Via(operators.Async[int](2))
			two := flow.Broadcast(flow.Merge(f, f), 2, stage.Capacity(1))
			got, err := flow.Collect(t.Context(), flow.Merge(two[0], two[1].Via(operators.Async[int](1))))
			if err != nil || len(got) != 4*(i%7) {
				t.Fatalf("run %d of %d procs: %d elements, error %v", i, procs, len(got), err)
			}
		}
	}
}

// Closers run after all sinks have ended, last registered first; their errors
// are errors of the run.
func TestClosers(t *testing.T) {
	var order []string
	late := errors.New("late")
	closing := func(name string, err error) stage.Stage[int, int] {
		return stage.New(name, func(rt *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] {
			rt.OnClose(func() error { order = append(order, name); return err })
			return up
		})
	}
	f := flow.From(source.Range(0, 10)).Via(closing("first", late)).Via(operators.Async[int](2)).Via(closing("second", nil))
	err := f.To(sink.ForEach(func(v int) error {
		if len(order) > 0 {
			t.Error("closed before the sink had ended")
		}
		return nil
	})).Run(t.Context())
	if !errors.Is(err, late) || !strings.Contains(err.Error(), `"first"`) || !slices.Equal(order, []string{"second", "first"}) {
		t.Errorf("closed %v, error %v", order, err)
	}
	panics := stage.New("breaks", func(rt *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] {
		rt.OnClose(func() error { panic("at the end") })
		return up
	})
	err = flow.From(source.Range(0, 1)).Via(panics).To(sink.Discard[int]()).Run(t.Context())
	if _, ok := errors.AsType[*stage.PanicError](err); !ok {
		t.Errorf("a panic of a closer came as %v", err)
	}
}

// Workers hold no more than twice their number, keep order or not, and are
// interrupted when enough was taken.
func TestWorkers(t *testing.T) {
	for name, opts := range map[string][]stage.Option{"ordered": nil, "unordered": {stage.Unordered()}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 4
				var atOnce, most, began, left atomic.Int64
				f := flow.Via(flow.From(source.Range(0, 100)), operators.MapErr(func(v int) (int, error) {
					if now := atOnce.Add(1); now > most.Load() {
						most.Store(now)
					}
					defer atOnce.Add(-1)
					if held := began.Add(1) - left.Load(); held > 2*n {
						t.Errorf("%d elements are held", held)
					}
					time.Sleep(time.Duration(1+v%3) * time.Millisecond)
					return v, nil
				}, append(opts, stage.Workers(n))...))
				start := time.Now()
				got, err := flow.Collect(t.Context(), f.Via(operators.Peek(func(int) { left.Add(1) })))
				if err != nil || len(got) != 100 || most.Load() != n {
					t.Fatalf("%d elements, %d calls at once, error %v", len(got), most.Load(), err)
				}
				if name == "ordered" != slices.IsSorted(got) {
					t.Errorf("sorted: %v, want %v", slices.IsSorted(got), name == "ordered")
				}
				if d := time.Since(start); d > 100*time.Millisecond {
					t.Errorf("200 ms of calls on %d workers took %s", n, d)
				}
			})
		})
	}
	t.Run("enough", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			f := flow.Via(flow.From(source.Range(0, 100)), operators.MapContext(func(ctx context.Context, v int) (int, error) {
				if v == 0 {
					return v, nil
				}
				<-ctx.Done()
				return 0, ctx.Err()
			}, stage.Workers(3)))
			got, err := flow.Collect(t.Context(), f.Via(operators.Take[int](1)))
			if err != nil || len(got) != 1 || time.Since(start) > 0 {
				t.Errorf("%d elements after %s, error %v", len(got), time.Since(start), err)
			}
		})
	})
}
