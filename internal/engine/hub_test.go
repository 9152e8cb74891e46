package engine_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// fan runs the branches of a hub into slices.
func fan(t *testing.T, branches []flow.Flow[int]) (got [][]int, s flow.Snapshot, err error) {
	t.Helper()
	got = make([][]int, len(branches))
	var ps []flow.Pipeline
	for i, b := range branches {
		ps = append(ps, b.To(sink.Slice(&got[i])))
	}
	r, err := flow.Start(t.Context(), ps...)
	if err != nil {
		t.Fatal(err)
	}
	err = r.Wait()
	return got, r.Snapshot(), err
}

func TestHubsDivideWhatComes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 5).Draw(r, "branches")
		size := rapid.IntRange(0, 500).Draw(r, "size")
		src := stagetest.NewCommitting(t, numbers(0, size), rapid.IntRange(1, 50).Draw(r, "read"))
		opts := []stage.Option{stage.Capacity(rapid.IntRange(1, 60).Draw(r, "capacity")), stage.Name("hub")}
		in := flow.From(src)
		var branches []flow.Flow[int]
		kind := rapid.SampledFrom([]string{"broadcast", "balance", "partition"}).Draw(r, "kind")
		switch kind {
		case "broadcast":
			branches = flow.Broadcast(in, n, opts...)
		case "balance":
			branches = flow.Balance(in, n, opts...)
		case "partition":
			branches = flow.Partition(in, n, func(v int) int { return v % 7 % n }, opts...)
		}
		got, s, err := fan(t, branches)
		if err != nil {
			r.Fatal(err)
		}
		var all []int
		for i, g := range got {
			if !slices.IsSorted(g) {
				r.Fatalf("branch %d is out of order: %v", i, g)
			}
			if kind == "broadcast" && !slices.Equal(g, numbers(0, size)) {
				r.Fatalf("branch %d got %v", i, g)
			}
			for _, v := range g {
				if kind == "partition" && v%7%n != i {
					r.Fatalf("branch %d got %d", i, v)
				}
			}
			all = append(all, g...)
		}
		if slices.Sort(all); kind != "broadcast" && !slices.Equal(all, numbers(0, size)) {
			r.Fatalf("all branches got %v", all)
		}
		src.ExpectCommitted(size)
		if hub, _ := s.Stage("hub"); kind != "broadcast" && hub.Out != int64(size) || kind == "broadcast" && hub.Out != int64(n*size) {
			r.Fatalf("the hub counted %d of %d out", hub.Out, size)
		}
	})
}

// Balance gives work to whoever has room.
func TestBalanceGoesAroundASlowBranch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		two := flow.Balance(flow.From(source.Range(0, 100)), 2, stage.Capacity(2))
		var slow, fast []int
		p := two[0].To(sink.ForEach(func(v int) error { time.Sleep(time.Second); slow = append(slow, v); return nil }))
		q := two[1].To(sink.ForEach(func(v int) error { time.Sleep(10 * time.Millisecond); fast = append(fast, v); return nil }))
		begun := time.Now()
		if err := flow.Run(t.Context(), p, q); err != nil {
			t.Fatal(err)
		}
		if len(slow)+len(fast) != 100 || len(slow) > 6 || time.Since(begun) > 6*time.Second {
			t.Errorf("the slow one got %d, the fast one %d, in %s", len(slow), len(fast), time.Since(begun))
		}
	})
}

func TestDropSlowCountsWhatItDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := stagetest.NewCommitting(t, numbers(0, 1000), 9)
		two := flow.Broadcast(flow.From(src), 2, stage.Capacity(8), stage.DropSlow(1), stage.Name("hub"))
		var all []int
		var slow atomic.Int64
		p := two[0].To(sink.ForEach(func(v int) error { time.Sleep(time.Millisecond); all = append(all, v); return nil }))
		q := two[1].To(sink.ForEach(func(int) error { time.Sleep(50 * time.Millisecond); slow.Add(1); return nil }))
		r, err := flow.Start(t.Context(), p, q)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Wait(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(all, numbers(0, 1000)) {
			t.Errorf("the branch that holds back got %d of 1000", len(all))
		}
		st, _ := r.Snapshot().Stage("hub/1")
		if d := st.Dropped[demand.ReasonSlowBranch]; slow.Load()+d != 1000 || slow.Load() < 10 || slow.Load() > 60 {
			t.Errorf("the slow branch got %d and dropped %d of 1000", slow.Load(), d)
		}
		src.ExpectCommitted(1000) // what was dropped counts as handled
	})
}

// A branch that fails takes the run with it, unless it may leave.
func TestBranchThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		opts []stage.Option
		want error
		n    int // elements that the other branch gets
	}{
		"attached":                    {nil, errBroken, -1},
		"detachable":                  {[]stage.Option{stage.Detach(1)}, nil, 300},
		"the other one is detachable": {[]stage.Option{stage.Detach(0)}, errBroken, -1},
	} {
		t.Run(name, func(t *testing.T) {
			src := stagetest.NewCommitting(t, numbers(0, 300), 10)
			two := flow.Broadcast(flow.From(src), 2, append(c.opts, stage.Capacity(4))...)
			var good []int
			bad := two[1].To(sink.ForEach(func(v int) error {
				if v == 55 {
					return errBroken
				}
				return nil
			}, stage.Name("bad")))
			r, err := flow.Start(t.Context(), two[0].To(sink.Slice(&good)), bad)
			if err != nil {
				t.Fatal(err)
			}
			if err := r.Wait(); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if !slices.Equal(good, numbers(0, len(good))) || c.n >= 0 && len(good) != c.n {
				t.Errorf("the other branch got %d elements", len(good))
			}
			src.ExpectSettled()
			left := r.Snapshot().Detached
			if c.want == nil {
				src.ExpectCommitted(300) // as if the branch had never been
				if len(left) != 1 || !errors.Is(left[0], errBroken) {
					t.Errorf("branches that left: %v", left)
				}
			} else if src.Committed() > 50 || len(left) > 0 {
				t.Errorf("%d elements are committed, and branches left: %v", src.Committed(), left)
			}
		})
	}
}

func TestHubEndsWhenAllBranchesHaveEnough(t *testing.T) {
	for name, make := range map[string]func(flow.Flow[int]) []flow.Flow[int]{
		"broadcast": func(f flow.Flow[int]) []flow.Flow[int] { return flow.Broadcast(f, 2, stage.Capacity(8)) },
		"partition": func(f flow.Flow[int]) []flow.Flow[int] {
			return flow.Partition(f, 2, func(v int) int { return v % 2 }, stage.Capacity(8))
		},
		"balance": func(f flow.Flow[int]) []flow.Flow[int] { return flow.Balance(f, 2, stage.Capacity(8)) },
	} {
		t.Run(name, func(t *testing.T) {
			src := stagetest.NewCommitting(t, numbers(0, 100_000), 10)
			two := make(flow.From(src))
			for i, n := range []int{30, 5} {
				two[i] = two[i].Via(operators.Take[int](n))
			}
			got, _, err := fan(t, two)
			if err != nil || len(got[0]) != 30 || len(got[1]) != 5 {
				t.Errorf("branches got %d and %d, error %v", len(got[0]), len(got[1]), err)
			}
			src.ExpectSettled()
			if reads := len(src.Reads()); reads > 1000 {
				t.Errorf("%d reads were made, and nobody wanted more", reads)
			}
		})
	}
}

// What belongs to a branch that has left is dropped, and counted.
func TestPartitionOfABranchThatHasLeft(t *testing.T) {
	two := flow.Partition(flow.From(source.Range(0, 1000)), 2, func(v int) int { return v % 2 }, stage.Name("parts"), stage.Capacity(4))
	two[0] = two[0].Via(operators.Take[int](10))
	got, s, err := fan(t, two)
	if err != nil || len(got[0]) != 10 || len(got[1]) != 500 {
		t.Fatalf("branches got %d and %d, error %v", len(got[0]), len(got[1]), err)
	}
	parts, _ := s.Stage("parts")
	link, _ := s.Stage("parts/0")
	if parts.Dropped[demand.ReasonDetached]+link.Discarded != 490 {
		t.Errorf("490 elements were for the branch that left: %v dropped, %d discarded", parts.Dropped, link.Discarded)
	}
	balanced(t, s, "parts", "parts/0", "parts/1")
}
