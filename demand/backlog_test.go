package demand_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
)

// A backlog is a queue that owns the lineage of each element that it holds. What
// leaves it has its record number, and each answer is of one lineage.
func TestBacklog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		up := &reader{ledger: &ledger{}, n: 200, per: rapid.IntRange(1, 9).Draw(t, "per")}
		readOf := func(v int) *readOf { return up.reads[(v-1)/up.per] }
		isl := demand.NewIsland()
		var src, dst demand.Chunk[int]
		var b demand.Backlog[int]
		var held []int
		holders := func() (all []*demand.Lineage) {
			for _, v := range held {
				all = append(all, readOf(v).lineage)
			}
			return append(all, src.Lineage(), dst.Lineage(), up.lineage())
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			dst.Reset(rapid.IntRange(1, 12).Draw(t, "room"))
			dst.SetIsland(isl)
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				if err := demand.RefillMax(up, &src, &dst, rapid.IntRange(1, 20).Draw(t, "read"), demand.Forever); err != nil {
					break
				}
				n := rapid.IntRange(0, 20).Draw(t, "take")
				items := slices.Clone(src.Items())
				b.Take(&src, n, &dst)
				n = min(n, len(items))
				held = append(held, items[:n]...)
				if !slices.Equal(src.Items(), items[n:]) {
					t.Fatalf("took %d of %v and left %v", n, items, src.Items())
				}
			case 1:
				n := rapid.IntRange(0, len(held)).Draw(t, "drop")
				b.Drop(n)
				held = held[n:]
			case 2:
				n := rapid.IntRange(0, len(held)+2).Draw(t, "emit")
				want := 0
				for want < min(n, len(held), dst.Free()) && readOf(held[want]) == readOf(held[0]) {
					want++
				}
				if moved := b.Emit(&dst, n); moved != want || !slices.Equal(dst.Items(), held[:want]) {
					t.Fatalf("emitted %d, %v, want %v", moved, dst.Items(), held[:want])
				}
				for i, v := range dst.Items() {
					if dst.Lineage() != readOf(v).lineage || int(dst.Record(i)) != (v-1)%up.per+1 {
						t.Fatalf("element %d left with record %d, of %v", v, dst.Record(i), dst.Position(i))
					}
				}
				held = held[want:]
				if want > 0 && want < n && len(held) > 0 && dst.Free() > 0 && b.Emit(&dst, 1) > 0 {
					t.Fatal("an answer of two lineages")
				}
			}
			if b.Len() != len(held) {
				t.Fatalf("holds %d, want %d", b.Len(), len(held))
			}
			up.references(t, holders()...)
		}
		dst.Advance(dst.Len())
		want := len(held) + src.Len()
		gaveUp := 0
		isl.Release(demand.ErrEnough, func(_ any, n int) { gaveUp += n })
		if gaveUp != want || b.Len() != 0 {
			t.Fatalf("gave up %d, want %d; still holds %d", gaveUp, want, b.Len())
		}
		up.Cancel(demand.ErrEnough)
		up.allSettled(t)
		for _, v := range held {
			if r := readOf(v); r.outcome != demand.Abandoned {
				t.Fatalf("the read of %d, which was given up, ended as %v", v, r.outcome)
			}
		}
	})
}

// Elements without a lineage are one lineage, and a backlog of them is a queue.
func TestBacklogWithoutLineage(t *testing.T) {
	var b demand.Backlog[int]
	src, dst := demand.NewChunk[int](100), demand.NewChunk[int](5)
	for v := range 100 {
		src.Append(v)
	}
	b.Take(src, 1000, dst)
	if src.Len() != 0 || b.Len() != 100 {
		t.Fatalf("took %d and left %d", b.Len(), src.Len())
	}
	b.Drop(90)
	if n := b.Emit(dst, 3); n != 3 || !slices.Equal(dst.Items(), []int{90, 91, 92}) {
		t.Errorf("emitted %d: %v", n, dst.Items())
	}
	if n := b.Emit(dst, 100); n != 2 || !slices.Equal(dst.Items(), []int{90, 91, 92, 93, 94}) || b.Len() != 5 {
		t.Errorf("emitted %d: %v", n, dst.Items())
	}
	if n := b.Emit(dst, 100); n != 0 {
		t.Errorf("emitted %d into a full chunk", n)
	}
}

// In steady state a backlog allocates nothing.
func TestBacklogAllocatesNothing(t *testing.T) {
	var b demand.Backlog[int]
	src, dst := demand.NewChunk[int](10), demand.NewChunk[int](10)
	if n := testing.AllocsPerRun(1000, func() {
		src.Reset(10)
		for v := range 10 {
			src.Append(v)
		}
		b.Take(src, 10, dst)
		dst.Reset(10)
		b.Emit(dst, max(0, b.Len()-5))
		dst.Advance(dst.Len())
	}); n > 0 {
		t.Errorf("%v allocations a round", n)
	}
}
