package engine_test

import (
	"errors"
	"slices"
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

// Elements before the one for which there is no branch are delivered, and no
// read is forgotten.
func TestPartitionThatFails(t *testing.T) {
	for name, choose := range map[string]func(int) int{
		"out of range": func(v int) int {
			if v == 155 {
				return 9
			}
			return v % 2
		},
		"panic": func(v int) int {
			if v == 155 {
				panic(errBroken)
			}
			return v % 2
		},
	} {
		t.Run(name, func(t *testing.T) {
			src := stagetest.NewCommitting(t, numbers(0, 300), 10)
			two := flow.Partition(flow.From(src), 2, choose, stage.Window(100, 100), stage.Name("parts"))
			var a, b []int
			r, err := flow.Start(t.Context(), two[0].To(sink.Slice(&a)), two[1].To(sink.Slice(&b)))
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Wait(); err == nil {
				t.Error("the run returned nil")
			}
			for i, got := range [][]int{a, b} {
				for j, v := range got {
					if v != 2*j+i || v >= 155 {
						t.Fatalf("branch %d got %v", i, got)
					}
				}
			}
			src.ExpectSettled()
			balanced(t, r.Snapshot(), "parts", "parts/0", "parts/1")
		})
	}
}

// Each run of elements of a detachable branch has a lineage of its own; more of
// them than a link has places for must not be lost.
func TestDetachablePartitionsLoseNothing(t *testing.T) {
	src := stagetest.NewCommitting(t, numbers(0, 1000), 500)
	two := flow.Partition(flow.From(src), 2, func(v int) int { return v % 2 }, stage.Detach(), stage.Window(256, 256), stage.Name("parts"))
	var a, b []int
	r, err := flow.Start(t.Context(), two[0].To(sink.Slice(&a)), two[1].To(sink.Slice(&b)))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(); err != nil {
		t.Error(err)
	}
	if len(a) != 500 || len(b) != 500 {
		st, _ := r.Snapshot().Stage("parts/0")
		t.Errorf("%d and %d of 500 each came, dropped %v", len(a), len(b), st.Dropped)
	}
	src.ExpectCommitted(1000)
}

// A link has fewer places for reads than for elements. A read that is divided
// among branches in many turns takes one of them.
func TestPartitionsOfSmallReadsLoseNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := stagetest.NewCommitting(t, numbers(0, 2000), 4)
		two := flow.Partition(flow.From(src), 2, func(v int) int { return v % 2 }, stage.Capacity(256), stage.Name("parts"))
		var got [2][]int
		slow := func(i int) stage.Sink[int] {
			return sink.ForEach(func(v int) error {
				if v < 2 {
					time.Sleep(time.Second) // until the links are full
				}
				got[i] = append(got[i], v)
				return nil
			})
		}
		r, err := flow.Start(t.Context(), two[0].To(slow(0)), two[1].To(slow(1)))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
		if len(got[0]) != 1000 || len(got[1]) != 1000 {
			st, _ := r.Snapshot().Stage("parts/1")
			t.Errorf("%d and %d of 1000 each came, dropped %v", len(got[0]), len(got[1]), st.Dropped)
		}
		src.ExpectCommitted(2000)
	})
}

// A sink that has enough is flushed: what it took counts.
func TestSinkThatHasEnoughIsFlushed(t *testing.T) {
	src := stagetest.NewCommitting(t, numbers(0, 20), 5)
	k := newKeeps()
	k.enough = 12
	if err := flow.From(src).To(k.sink(1000)).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(k.flushed, numbers(0, 12)) {
		t.Errorf("flushed %v", k.flushed)
	}
	if len(k.closed) != 1 || k.closed[0] != nil {
		t.Errorf("closed with %v", k.closed)
	}
	src.ExpectCommitted(10)
}

// A call that has failed is seen although its turn has not come.
func TestWorkersInOrderBeginNothingAfterAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var late atomic.Int64
		begun := time.Now()
		f := flow.Via(flow.From(source.Range(0, 1000)), operators.MapErr(func(v int) (int, error) {
			if time.Since(begun) > 30*time.Second {
				late.Add(1)
			}
			switch v {
			case 0, 1:
				time.Sleep(time.Minute)
			case 2:
				time.Sleep(30 * time.Second)
				return 0, errBroken
			}
			return v, nil
		}, stage.Workers(4)))
		// One element to an answer, so that the first leaves before the third is seen.
		var got []int
		err := f.To(sink.Slice(&got, stage.Window(1, 1))).Run(t.Context())
		if !errors.Is(err, errBroken) || !slices.Equal(got, []int{0, 1}) || late.Load() > 0 {
			t.Errorf("got %v, then %v; %d calls were begun after the error", got, err, late.Load())
		}
	})
}

// Without order the first call that fails counts, also if a later one fails
// while the others are waited for.
func TestUnorderedWorkersReturnTheFirstError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := stagetest.NewCommitting(t, numbers(0, 4), 1)
		first, second := errors.New("first"), errors.New("second")
		f := flow.Via(flow.From(src), operators.MapErr(func(v int) (int, error) {
			time.Sleep(time.Duration(v) * time.Second)
			return v, []error{nil, first, second, nil}[v]
		}, stage.Workers(4), stage.Unordered()))
		if _, err := flow.Collect(t.Context(), f); !errors.Is(err, first) || errors.Is(err, second) {
			t.Errorf("got %v", err)
		}
		src.ExpectSettled()
	})
}

// A sink that waits for somebody outside is backpressured while it does, not
// only afterwards.
func TestWaitForRoomOutsideIsSeenWhileItLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		p := flow.From(source.Range(0, 3)).To(stage.NewSink(stage.Meta{Kind: "Outside"}, func(*stage.Runtime) stage.Writer[int] { return outside{free} }))
		r, err := p.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if st, _ := r.Snapshot().Stage("outside"); st.Backpressured != time.Hour || st.Idle != 0 {
			t.Errorf("after an hour, idle %s and backpressured %s", st.Idle, st.Backpressured)
		}
		close(free)
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
		if st, _ := r.Snapshot().Stage("outside"); st.Backpressured != time.Hour {
			t.Errorf("in the end, backpressured %s", st.Backpressured)
		}
	})
}

type outside struct{ free chan struct{} }

func (o outside) Write(in *demand.Chunk[int]) error {
	done := stage.WaitsForRoom(in)
	<-o.free
	done()
	in.Advance(in.Len())
	return nil
}

func (outside) Flush() error      { return nil }
func (outside) Close(error) error { return nil }
