package demand_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
)

// A result holds both reads that it was made of; one that is held settles when
// the next one takes its place, and not before; each is let go exactly once.
func TestLatestHoldsItsRead(t *testing.T) {
	cause := errors.New("the cause")
	rapid.Check(t, func(t *rapid.T) {
		var l ledger
		var a, b demand.Chunk[int]
		var la, lb demand.Latest[int]
		var as, bs []*readOf // the read of each element, in order
		heldA, heldB := -1, -1
		usedA, usedB := false, false
		dst := demand.NewChunk[[2]int](rapid.IntRange(1, 6).Draw(t, "room"))
		room := dst.Free()
		feed := func(c *demand.Chunk[int], of *[]*readOf) {
			if c.Len() > 0 {
				return
			}
			n := rapid.IntRange(1, 5).Draw(t, "read of")
			c.Reset(n)
			var r *readOf
			if rapid.IntRange(0, 3).Draw(t, "tracked") > 0 {
				r = l.read()
				c.SetLineage(r.lineage)
			}
			for range n {
				c.AppendRecord(len(*of), int32(len(*of)+1))
				*of = append(*of, r)
			}
		}
		open := func(what string, of []*readOf, i int) {
			if i >= 0 && of[i] != nil && of[i].settled > 0 {
				t.Fatalf("the read of %s, element %d, settled while that is held", what, i)
			}
		}
		step := func(c *demand.Chunk[int], of *[]*readOf, own, with *demand.Latest[int], held, other *int, used, otherUsed *bool, pair func(v, o int) [2]int) {
			feed(c, of)
			first := c.Items()[0]
			if !with.Held() {
				n := rapid.IntRange(1, c.Len()).Draw(t, "kept")
				want := n - 1
				if *held >= 0 && !*used {
					want++
				}
				if got := own.Keep(c, n, dst); got != want {
					t.Fatalf("%d are superseded, want %d", got, want)
				}
				*held, *used = first+n-1, false
				return
			}
			self := own
			if rapid.Bool().Draw(t, "not held") {
				self = nil
			}
			n := min(c.Len(), dst.Free())
			record := 0 // what a result descends from alone has one
			if others := map[bool][]*readOf{true: bs, false: as}[c == &a]; others[*other] == nil {
				record = first + 1
			}
			demand.CombineInto(dst, c, self, with, pair)
			if dst.Len() != n {
				t.Fatalf("%d results of %d elements", dst.Len(), n)
			}
			*otherUsed = true
			if self != nil {
				*held, *used = first+n-1, true
			}
			for i, p := range dst.Items() {
				if p != pair(first+i, *other) {
					t.Fatalf("result %d is %v", i, p)
				}
				if r := int(dst.Record(i)); record == 0 && r != 0 || record > 0 && r != record+i {
					t.Fatalf("result %d has record %d, want %d", i, r, record+i)
				}
				open("a", as, p[0])
				open("b", bs, p[1])
			}
			open("a", as, heldA)
			open("b", bs, heldB)
			dst.Advance(dst.Len()) // delivered
			dst.Reset(room)
		}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "side") {
				step(&a, &as, &la, &lb, &heldA, &heldB, &usedA, &usedB, func(v, o int) [2]int { return [2]int{v, o} })
			} else {
				step(&b, &bs, &lb, &la, &heldB, &heldA, &usedB, &usedA, func(v, o int) [2]int { return [2]int{o, v} })
			}
			open("a", as, heldA)
			open("b", bs, heldB)
			for i := range heldA { // those before it in another read are done with
				if r := as[i]; r != nil && r != as[heldA] && a.Len() == 0 && r.settled != 1 {
					t.Fatalf("element %d of a is not let go of", i)
				}
			}
		}
		well := rapid.Bool().Draw(t, "completes")
		want := map[bool]int{true: 1}
		var got int
		if well {
			got = la.Drop() + lb.Drop()
		} else {
			got = la.Abandon(cause) + lb.Abandon(cause)
		}
		if n := want[heldA >= 0 && !usedA] + want[heldB >= 0 && !usedB]; got != n {
			t.Fatalf("%d are unused, want %d", got, n)
		}
		for _, h := range []struct {
			of   []*readOf
			i    int
			used bool
		}{{as, heldA, usedA}, {bs, heldB, usedB}} {
			if h.i >= 0 && h.of[h.i] != nil && h.of[h.i].settled == 1 && (h.of[h.i].outcome == demand.Done) != (well && h.used) {
				t.Fatalf("a read that was held ended %v; completes: %t, used: %t", h.of[h.i].outcome, well, h.used)
			}
		}
		if la.Held() || lb.Held() {
			t.Fatal("something is held after the end")
		}
		a.Abandon(nil)
		b.Abandon(nil)
		l.allSettled(t)
	})
}

// What is held when the run ends early is given up with what the island holds.
func TestLatestIsReleasedWithItsIsland(t *testing.T) {
	var l ledger
	var held demand.Latest[int]
	isl := demand.NewIsland()
	src, dst := demand.NewChunk[int](3), demand.NewChunk[int](3)
	dst.SetIsland(isl)
	r := l.read()
	src.SetLineage(r.lineage)
	src.Append(1)
	held.Keep(src, 1, dst)
	cause, lost := errors.New("the cause"), 0
	isl.Release(cause, func(_ any, n int) { lost += n })
	if lost != 1 || r.settled != 1 || r.outcome != demand.Abandoned || !errors.Is(r.last.Cause, cause) {
		t.Errorf("%d lost, settled %d times: %+v", lost, r.settled, r.last)
	}
}
