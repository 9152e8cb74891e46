package flow_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
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

// arrivals runs a flow in virtual time and returns when each element came.
func arrivals(t *testing.T, f flow.Flow[int], opts ...stage.Option) (at []time.Duration) {
	t.Helper()
	start := time.Now()
	err := f.To(sink.ForEach(func(int) error { at = append(at, time.Since(start)); return nil }, opts...)).Run(t.Context())
	if err != nil {
		t.Error(err)
	}
	return at
}

func TestNothingWaitsBehindAChunk(t *testing.T) {
	const nap = 10 * time.Millisecond
	sleepy := func(from int) func(int) int {
		return func(v int) int {
			if v >= from {
				time.Sleep(nap)
			}
			return v
		}
	}
	for name, via := range map[string]func(flow.Flow[int]) flow.Flow[int]{
		"fused":  func(f flow.Flow[int]) flow.Flow[int] { return f },
		"linked": func(f flow.Flow[int]) flow.Flow[int] { return f.Via(operators.Async[int](256)) },
		"batched": func(f flow.Flow[int]) flow.Flow[int] {
			return flow.Via(flow.Via(f, operators.Batch[int](1, 0)), operators.Map(func(b []int) int { return b[0] }))
		},
	} {
		t.Run("slow from the start, "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := flow.Via(flow.From(source.Range(0, 20)), operators.Map(sleepy(0)))
				for i, d := range arrivals(t, via(f)) {
					if want := time.Duration(i+1) * nap; d > want+nap/2 {
						t.Errorf("element %d came after %s, want about %s", i, d, want)
					}
				}
			})
		})
		t.Run("turns slow, "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const from = 5000
				f := flow.Via(flow.From(source.Range(0, from+20)), operators.Map(sleepy(from)))
				for i, d := range arrivals(t, via(f))[from:] {
					if want := time.Duration(i+1) * nap; d > want+nap/2 {
						t.Errorf("element %d came after %s, want about %s", from+i, d, want)
					}
				}
			})
		})
	}
}

func TestStopWaitsForTheCallAtWorkOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var calls atomic.Int64
		slow := func(v int) int {
			calls.Add(1)
			time.Sleep(100 * time.Millisecond)
			return v
		}
		f := flow.Via(flow.From(source.Range(0, 1000)).Via(operators.Async[int](64)), operators.Map(slow))
		r, err := f.To(sink.Discard[int](stage.Window(64, 64))).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(250 * time.Millisecond)
		why := errors.New("enough of this")
		if err := r.Stop(why); !errors.Is(err, why) {
			t.Errorf("stopped with %v, want %v", err, why)
		}
		if d := time.Since(start); d > 300*time.Millisecond {
			t.Errorf("Stop returned after %s, the call at work ended at 300 ms", d)
		}
		if n := calls.Load(); n != 3 {
			t.Errorf("%d calls began, want 3", n)
		}
	})
}

func TestDrainDeliversWhatWasRead(t *testing.T) {
	for range 200 {
		var read, wrote atomic.Int64
		src := stage.NewSource(stage.Meta{Kind: "counting"}, func(*stage.Runtime) demand.Upstream[int] {
			return pull(func(dst *demand.Chunk[int]) error {
				for dst.Free() > 0 {
					dst.Append(int(read.Add(1)))
				}
				return nil
			})
		})
		f := flow.Via(flow.From(src).Via(operators.Async[int](100)), operators.MapErr(func(v int) (int, error) { return v, nil }, stage.Workers(3)))
		batches := flow.Via(f, operators.Batch[int](10, time.Minute))
		last := 0
		r, err := batches.To(sink.ForEach(func(b []int) error {
			wrote.Add(int64(len(b)))
			last = b[len(b)-1]
			return nil
		})).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range rand.IntN(2000) {
			if wrote.Load() > 500 {
				break
			}
			runtime.Gosched()
		}
		if err := r.Drain(t.Context()); err != nil {
			t.Fatalf("drained with %v", err)
		}
		if read.Load() != wrote.Load() || int64(last) != read.Load() {
			t.Fatalf("read %d, wrote %d up to %d", read.Load(), wrote.Load(), last)
		}
	}
}

// pull is an endless upstream of one function.
type pull func(dst *demand.Chunk[int]) error

func (p pull) Pull(dst *demand.Chunk[int]) error { return p(dst) }
func (p pull) Cancel(error)                      {}

func TestEOFOfUserCodeIsAnErrorLikeAnyOther(t *testing.T) {
	eof := func(v int) (int, error) {
		if v == 300 {
			return 0, io.EOF
		}
		return v, nil
	}
	for name, opts := range map[string][]stage.Option{"fused": nil, "workers": {stage.Workers(3)}} {
		t.Run(name, func(t *testing.T) {
			got, err := flow.Collect(t.Context(), flow.Via(flow.From(source.Range(0, 1000)), operators.MapErr(eof, opts...)))
			var at *stage.Error
			if !errors.Is(err, io.EOF) || !errors.As(err, &at) || at.Stage != "maperr" {
				t.Errorf("got error %v, want io.EOF of stage maperr", err)
			}
			if len(got) != 300 || got[299] != 299 {
				t.Errorf("got %d elements before the error, want 300", len(got))
			}
		})
	}
}

func TestDiamond(t *testing.T) {
	paths := func(hold int) flow.Flow[int] {
		two := flow.Broadcast(flow.From(source.Range(0, 100_000)), 2, stage.Capacity(64))
		short := two[0]
		long := flow.Via(two[1].Via(operators.Async[int](16)), operators.Map(func(v int) int { return v }, stage.Name("long")))
		if hold > 0 {
			long = flow.Via(flow.Via(long, operators.Batch[int](hold, 0)), operators.Map(func(b []int) int { return b[0] }))
		}
		return flow.ZipWith(short, long, func(a, b int) int { return a - b })
	}
	t.Run("paths of different length", func(t *testing.T) {
		got, err := flow.Collect(t.Context(), paths(0))
		if err != nil || len(got) != 100_000 || slices.Max(got) != 0 {
			t.Fatalf("%d elements, error %v", len(got), err)
		}
	})
	t.Run("a path holds back more than the links take", func(t *testing.T) {
		start := time.Now()
		_, err := flow.Collect(t.Context(), paths(500))
		if !errors.Is(err, flow.ErrStalled) {
			t.Fatalf("got %v, want a stall", err)
		}
		for _, name := range []string{`"broadcast/0"`, `"async"`} {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("the error does not name link %s: %v", name, err)
			}
		}
		if d := time.Since(start); d > time.Second {
			t.Errorf("it took %s to notice", d)
		}
	})
}

func TestThousandPipelinesStartedAndCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := flow.Via(flow.From(source.Range(0, 1<<60)).Via(operators.Async[int](8)), operators.MapErr(func(v int) (int, error) { return v, nil }, stage.Workers(2)))
	p := flow.Merge(f, f).To(sink.Discard[int]())
	var runs []*flow.Running
	for range 1000 {
		r, err := p.Start(ctx)
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, r)
	}
	cancel()
	for _, r := range runs {
		if err := r.Wait(); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}

func TestBadBlueprints(t *testing.T) {
	ok := flow.From(source.Range(0, 3))
	ch := make(chan int)
	close(ch)
	var into []int
	for name, c := range map[string]struct {
		p    flow.Pipeline
		want string
	}{
		"nil function":        {flow.Via(ok, operators.Map[int, int](nil, stage.Name("double"))).To(sink.Discard[int]()), `stage "double": function must not be nil`},
		"size of zero":        {flow.Via(ok, operators.Batch[int](0, 0)).To(sink.Discard[[]int]()), `stage "batch": batch size must be at least 1, is 0`},
		"negative size":       {ok.Via(operators.Async[int](-1)).To(sink.Discard[int]()), `stage "async": capacity must be at least 1, is -1`},
		"foreign option":      {ok.Via(operators.Filter(func(int) bool { return true }, stage.Workers(2))).To(sink.Discard[int]()), `stage "filter": option Workers is not one that Filter takes`},
		"branch nobody reads": {flow.Broadcast(ok, 3, stage.Name("fork"))[1].To(sink.Discard[int]()), `stage "fork": nobody reads branch 0 of 3`},
		"no source":           {flow.Flow[int]{}.To(sink.Discard[int]()), "has no source"},
		"nil source":          {flow.From[int](nil).To(sink.Discard[int]()), "the source is nil"},
		"nil sink":            {ok.To(nil), "the sink is nil"},
		"empty":               {flow.Pipeline{}, "empty"},
		"nothing to merge":    {flow.Merge[int]().To(sink.Discard[int]()), `stage "merge": number of flows must be at least 1, is 0`},
		"nothing to sort":     {flow.MergeSorted(cmp.Compare[int]).To(sink.Discard[int]()), `stage "mergesorted": number of flows must be at least 1, is 0`},
		"sorted by nothing":   {flow.MergeSorted(nil, ok).To(sink.Discard[int]()), `stage "mergesorted": compare function must not be nil`},
		"turns of nothing":    {flow.Interleave(0, ok).To(sink.Discard[int]()), `stage "interleave": number of elements must be at least 1, is 0`},
		"nobody's turn":       {flow.Interleave[int](2).To(sink.Discard[int]()), `stage "interleave": number of flows must be at least 1, is 0`},
		"zip of three":        {flow.Zip3With[int, int, int, int](ok, ok, ok, nil).To(sink.Discard[int]()), `stage "zip3": function must not be nil`},
		"zip of four":         {flow.Zip4With[int, int, int, int, int](ok, ok, ok, ok, nil, stage.Name("all")).To(sink.Discard[int]()), `stage "all": function must not be nil`},
		"zip without source":  {flow.Zip3(ok, ok, flow.Flow[int]{}).To(sink.Discard[flow.Triple[int, int, int]]()), "has no source"},
		"or else nothing":     {ok.OrElse(flow.Flow[int]{}).To(sink.Discard[int]()), "has no source"},
		"unnamed prefix":      {ok.PrependWith(nil, stage.Name("")).To(sink.Discard[int]()), `stage "prepend": option Name: the name is empty`},
		"mistake in a part":   {flow.Via(ok, stage.Compose(operators.Take[int](-2), operators.Async[int](3))).To(sink.Slice(&into)), `stage "take": number of elements must not be negative, is -2`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.p.Start(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want %q", err, c.want)
			}
		})
	}
	t.Run("a single-use end twice", func(t *testing.T) {
		p := ok.To(sink.Slice(&into, stage.Name("into")))
		if err := p.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := p.Start(t.Context())
		if !errors.Is(err, stage.ErrUsed) || !strings.Contains(err.Error(), `"into"`) {
			t.Errorf("got %v, want stage.ErrUsed of into", err)
		}
	})
	t.Run("what was opened before is closed", func(t *testing.T) {
		var rt *stage.Runtime
		closed := 0
		first := flow.From(stage.NewSource(stage.Meta{Kind: "first"}, func(of *stage.Runtime) demand.Upstream[int] {
			rt = of
			rt.OnClose(func() error { closed++; return nil })
			return source.Range(0, 3).Open(rt)
		})).To(sink.Discard[int]())
		var dst []int
		used := sink.Slice(&dst)
		if err := flow.From(source.Range(0, 1)).To(used).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := flow.Run(t.Context(), first, flow.From(source.Range(0, 1)).To(used))
		if err == nil || closed != 1 || rt.Context().Err() == nil {
			t.Errorf("got error %v, closed %d times, context %v", err, closed, rt.Context().Err())
		}
	})
	t.Run("a branch read twice", func(t *testing.T) {
		b := flow.Broadcast(ok, 1)
		err := flow.Merge(b[0], b[0]).To(sink.Discard[int]()).Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "read twice") {
			t.Errorf("got %v", err)
		}
	})
}
