package demand_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
)

// An element of a joined answer holds all reads that it was made of, and each is
// let go exactly once.
func TestZipIntoHoldsBothReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l ledger
		var a, b demand.Chunk[int]
		dst := demand.NewChunk[[2]int](rapid.IntRange(1, 6).Draw(t, "room"))
		var as, bs []*readOf // the read of each element, in order
		feed := func(c *demand.Chunk[int], of *[]*readOf, name string) {
			if c.Len() > 0 {
				return
			}
			n := rapid.IntRange(1, 5).Draw(t, name)
			c.Reset(n)
			var r *readOf
			if rapid.IntRange(0, 3).Draw(t, name+" tracked") > 0 {
				r = l.read()
				c.SetLineage(r.lineage)
			}
			for range n {
				c.Append(len(*of))
				*of = append(*of, r)
			}
		}
		out := 0
		for range rapid.IntRange(1, 12).Draw(t, "rounds") {
			feed(&a, &as, "a")
			feed(&b, &bs, "b")
			demand.ZipInto(dst, &a, &b, func(x, y int) [2]int { return [2]int{x, y} })
			for i, p := range dst.Items() {
				if p != [2]int{out + i, out + i} {
					t.Fatalf("pair %d is %v", out+i, p)
				}
				for _, r := range []*readOf{as[p[0]], bs[p[1]]} {
					if r != nil && r.settled > 0 {
						t.Fatalf("a read of pair %v settled while the pair is held", p)
					}
				}
			}
			if dst.Len() > 0 && rapid.Bool().Draw(t, "hand on") {
				out += dst.Len()
				dst.Reset(dst.Len() + dst.Free()) // abandons: the outcome does not matter here
			}
		}
		dst.Abandon(nil)
		a.Abandon(nil)
		b.Abandon(nil)
		l.allSettled(t)
	})
}
