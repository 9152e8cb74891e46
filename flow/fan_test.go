package flow_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestSlowBranch(t *testing.T) {
	const n = 2000
	run := func(t *testing.T, opts ...stage.Option) (fast int, took time.Duration, lost int64) {
		start := time.Now()
		branches := flow.Broadcast(flow.From(source.Range(0, n)), 2, append(opts, stage.Capacity(10))...)
		slow := 0
		r, err := flow.Start(t.Context(),
			branches[0].To(sink.ForEach(func(int) error { fast++; return nil })),
			branches[1].To(sink.ForEach(func(int) error { slow++; time.Sleep(time.Millisecond); return nil })))
		if err == nil {
			err = r.Wait()
		}
		if err != nil {
			t.Fatal(err)
		}
		link, _ := r.Snapshot().Stage("broadcast/1")
		if lost = link.Dropped[demand.ReasonSlowBranch]; int64(slow)+lost != n {
			t.Errorf("the slow branch got %d and lost %d of %d", slow, lost, n)
		}
		return fast, time.Since(start), lost
	}
	t.Run("holds all", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			fast, took, lost := run(t)
			if fast != n || took < n*time.Millisecond || lost != 0 {
				t.Errorf("%d elements in %s, %d lost", fast, took, lost)
			}
		})
	})
	t.Run("loses what it can't take", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			fast, took, lost := run(t, stage.DropSlow(1))
			if fast != n || took > time.Second || lost == 0 {
				t.Errorf("%d elements in %s, %d lost", fast, took, lost)
			}
		})
	})
}

func TestFailedBranch(t *testing.T) {
	boom := errors.New("boom")
	run := func(t *testing.T, opts ...stage.Option) (main int, detached []error, err error) {
		branches := flow.Broadcast(flow.From(source.Range(0, 10_000)), 2, opts...)
		r, err := flow.Start(t.Context(),
			branches[0].To(sink.ForEach(func(int) error { main++; return nil })),
			branches[1].Via(operators.Async[int](3)).To(sink.ForEach(func(v int) error {
				if v == 50 {
					return boom
				}
				return nil
			}, stage.Name("side"))))
		if err != nil {
			t.Fatal(err)
		}
		err = r.Wait()
		return main, r.Snapshot().Detached, err
	}
	t.Run("ends the run", func(t *testing.T) {
		if _, _, err := run(t); !errors.Is(err, boom) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("is detached", func(t *testing.T) {
		main, detached, err := run(t, stage.Detach(1))
		if err != nil || main != 10_000 {
			t.Errorf("the other branch got %d elements, error %v", main, err)
		}
		var at *stage.Error
		if len(detached) != 1 || !errors.As(detached[0], &at) || at.Stage != "side" || !errors.Is(at, boom) {
			t.Errorf("reported %v", detached)
		}
	})
}

func TestBranchThatTakesEnough(t *testing.T) {
	read := 0
	src := stage.NewSource(stage.Meta{Kind: "counting"}, func(*stage.Runtime) demand.Upstream[int] {
		return pull(func(dst *demand.Chunk[int]) error { dst.Append(read); read++; return nil })
	})
	branches := flow.Broadcast(flow.From(src), 2, stage.Capacity(4))
	var a, b []int
	err := flow.Run(t.Context(), branches[0].Via(operators.Take[int](10)).To(sink.Slice(&a)), branches[1].Via(operators.Take[int](1000)).To(sink.Slice(&b)))
	if err != nil || len(a) != 10 || len(b) != 1000 {
		t.Fatalf("%d and %d elements, error %v", len(a), len(b), err)
	}
	if read > 1000+3*256 {
		t.Errorf("upstream was read %d times after all had enough", read)
	}
}

func TestPartitionOutOfRange(t *testing.T) {
	parts := flow.Partition(flow.From(source.Range(0, 10)), 2, func(v int) int { return v / 3 }, stage.Name("by size"))
	_, err := flow.Collect(t.Context(), flow.Merge(parts...))
	var at *stage.Error
	if !errors.As(err, &at) || at.Stage != "by size" {
		t.Errorf("got %v", err)
	}
}

func TestAlsoToTwiceAndAgain(t *testing.T) {
	n, m := 0, 0
	f := flow.From(source.Range(0, 100)).
		AlsoTo(sink.ForEach(func(int) error { n++; return nil })).
		AlsoTo(sink.ForEach(func(int) error { m++; return nil }))
	for range 3 {
		got, err := flow.Collect(t.Context(), f)
		if err != nil || len(got) != 100 {
			t.Fatalf("%d elements, error %v", len(got), err)
		}
	}
	if n != 300 || m != 300 {
		t.Errorf("the sides got %d and %d, want 300 each", n, m)
	}
}
