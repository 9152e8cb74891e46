package demand_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
)

// A descent keeps the reads open that it has absorbed, until what descends from
// them is handled, and no longer.
func TestDescent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		up := &reader{ledger: &ledger{}, n: 200, per: rapid.IntRange(1, 9).Draw(t, "per")}
		isl := demand.NewIsland()
		var src demand.Chunk[int]
		var d demand.Descent
		absorbed := map[*readOf]bool{}
		n := 0
		type result struct {
			chunk *demand.Chunk[string]
			of    map[*readOf]bool
		}
		var results []result
		// open are the reads that must not have settled.
		open := func(t *rapid.T) {
			for _, r := range results {
				for read := range r.of {
					if read.settled > 0 {
						t.Fatal("a read has settled before the element that descends from it was delivered")
					}
				}
			}
			for read := range absorbed {
				if read.settled > 0 {
					t.Fatal("a read that was absorbed has settled")
				}
			}
		}
		deliver := func() {
			if len(results) > 0 {
				results[0].chunk.Advance(1)
				results = results[1:]
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			dst := demand.NewChunk[string](1)
			dst.SetIsland(isl)
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0, 1:
				if err := demand.RefillMax(up, &src, dst, rapid.IntRange(1, 20).Draw(t, "read"), demand.Forever); err != nil {
					break
				}
				items := slices.Clone(src.Items())
				k := rapid.IntRange(0, len(items)).Draw(t, "absorb")
				if n += k; k > 0 {
					absorbed[up.of(src.Lineage())] = true
				}
				demand.Absorb(&d, &src, k, dst)
				if !slices.Equal(src.Items(), items[k:]) {
					t.Fatalf("absorbed %d of %v and left %v", k, items, src.Items())
				}
			case 2:
				demand.AppendAll(&d, dst, "all")
				if !slices.Equal(dst.Items(), []string{"all"}) || (dst.Lineage() == nil) != (len(absorbed) == 0) {
					t.Fatalf("made %v, of %d reads", dst.Items(), len(absorbed))
				}
				results = append(results, result{dst, absorbed})
				absorbed, n = map[*readOf]bool{}, 0
			case 3:
				deliver()
			}
			open(t)
		}
		for len(results) > 0 {
			deliver()
			open(t)
		}
		rest := src.Len()
		gaveUp := 0
		isl.Release(demand.ErrEnough, func(_ any, k int) { gaveUp += k })
		if gaveUp != n+rest {
			t.Fatalf("gave up %d, want the %d absorbed and the %d of the input", gaveUp, n, rest)
		}
		none := demand.NewChunk[string](1)
		if demand.AppendAll(&d, none, "none"); none.Lineage() != nil {
			t.Fatal("what was given up is still part of the result")
		}
		up.Cancel(demand.ErrEnough)
		up.allSettled(t)
		for read := range absorbed {
			if read.outcome != demand.Abandoned {
				t.Fatalf("a read that was absorbed and given up ended as %v", read.outcome)
			}
		}
	})
}

// One reference is held of each read, however many elements of it are absorbed, and
// once all of them are delivered it is done.
func TestDescentOfOneRead(t *testing.T) {
	l := &ledger{}
	r := l.read()
	src, dst := demand.NewChunk[int](10), demand.NewChunk[int](1)
	for v := range 10 {
		src.Append(v)
	}
	src.SetLineage(r.lineage)
	var d demand.Descent
	for range 5 {
		demand.Absorb(&d, src, 1, dst)
	}
	if refs := r.lineage.Refs(); refs != 2 {
		t.Errorf("%d references, want that of the descent and that of the input", refs)
	}
	demand.Absorb(&d, src, 5, dst)
	demand.AppendAll(&d, dst, 45)
	if dst.Lineage() != r.lineage || r.lineage.Refs() != 1 || dst.Record(0) != 0 {
		t.Errorf("%d references, record %d", r.lineage.Refs(), dst.Record(0))
	}
	dst.Advance(1)
	if r.settled != 1 || r.outcome != demand.Done {
		t.Errorf("settled %d times, as %v", r.settled, r.outcome)
	}
	// It begins anew, of nothing.
	dst.Reset(1)
	if demand.AppendAll(&d, dst, 0); dst.Lineage() != nil || dst.Len() != 1 {
		t.Errorf("made %v of nothing, with %v", dst.Items(), dst.Lineage())
	}
}
