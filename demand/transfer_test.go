package demand_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
)

// modelItem is an element as the slice model knows it.
type modelItem struct {
	v      int
	record int32
}

// modelChunk is a chunk as the slice model knows it.
type modelChunk struct {
	items []modelItem
	read  *readOf
	used  int // elements taken off the front since the last reset
	room  int
}

func (m *modelChunk) free() int { return m.room - m.used - len(m.items) }

func (m *modelChunk) take(n int) []modelItem {
	got := m.items[:n:n]
	m.items = m.items[n:]
	m.used += n
	if len(m.items) == 0 {
		m.read = nil
	}
	return got
}

// fits returns how many elements may go from src to dst one to one.
func (m *modelChunk) fits(src *modelChunk) int {
	if len(m.items) > 0 && m.read != src.read {
		return 0
	}
	return min(len(src.items), m.free())
}

func (m *modelChunk) put(items []modelItem, read *readOf) {
	if len(items) > 0 {
		m.items = append(m.items, items...)
		m.read = read
	}
}

// transfers runs the helpers between two chunks, beside their model.
type transfers struct {
	ledger
	src, dst demand.Chunk[int]
	ms, md   modelChunk
	isl      *demand.Island
	next     int
}

func (x *transfers) refill(t *rapid.T) {
	if x.src.Len() > 0 {
		return // still in use
	}
	n := rapid.IntRange(1, 8).Draw(t, "n")
	x.src.Reset(n)
	x.src.SetIsland(x.isl)
	x.ms = modelChunk{room: n}
	numbered := rapid.Bool().Draw(t, "numbered")
	if rapid.Bool().Draw(t, "tracked") {
		x.ms.read = x.read()
		x.src.SetLineage(x.ms.read.lineage)
	}
	for range rapid.IntRange(1, n).Draw(t, "elements") {
		x.next++
		it := modelItem{v: x.next}
		if numbered {
			it.record = int32(x.next % 50)
		}
		x.src.AppendRecord(it.v, it.record)
		x.ms.items = append(x.ms.items, it)
	}
}

func (x *transfers) empty(t *rapid.T) {
	n := rapid.IntRange(1, 8).Draw(t, "room")
	x.dst.Reset(n) // what is held is given up
	x.dst.SetIsland(x.isl)
	x.md = modelChunk{room: n}
}

// hurry puts the flag up, or not, for the next loop over user code.
func (x *transfers) hurry(t *rapid.T) {
	x.isl.Hurried()
	if rapid.IntRange(0, 2).Draw(t, "hurry") == 0 {
		x.isl.Hurry()
	}
}

// some bounds what loops over user code do while the flag is up.
func (x *transfers) some(n int) int {
	if x.dst.Hurry() {
		return min(n, 1)
	}
	return n
}

func (x *transfers) MapInto(t *rapid.T) {
	x.hurry(t)
	demand.MapInto(&x.dst, &x.src, func(v int) int { return 10 * v })
	n := x.some(x.md.fits(&x.ms))
	read := x.ms.read
	moved := x.ms.take(n)
	for i := range moved {
		moved[i].v *= 10
	}
	x.md.put(moved, read)
}

func (x *transfers) MoveN(t *rapid.T) {
	want := rapid.IntRange(0, 9).Draw(t, "n")
	n := min(want, x.md.fits(&x.ms))
	if got := demand.MoveN(&x.dst, &x.src, want); got != n {
		t.Fatalf("moved %d, want %d", got, n)
	}
	read := x.ms.read
	x.md.put(x.ms.take(n), read)
}

var errRefused = errors.New("refused")

func (x *transfers) TransformInto(t *rapid.T) {
	x.hurry(t)
	fate := rapid.SliceOfN(rapid.SampledFrom([]string{"keep", "keep", "drop", "fail"}), x.src.Len(), x.src.Len()).Draw(t, "fate")
	var wantErr error
	var kept []modelItem
	used, calls := 0, 0
	if len(x.md.items) == 0 || x.md.read == x.ms.read {
		for used < len(fate) && x.md.free() > len(kept) && wantErr == nil {
			switch fate[used] {
			case "keep":
				it := x.ms.items[used]
				it.v = -it.v
				kept = append(kept, it)
				used++
			case "drop":
				used++
			case "fail":
				wantErr = errRefused
			}
			if calls++; x.dst.Hurry() {
				break
			}
		}
	}
	dropped, err := demand.TransformInto(&x.dst, &x.src, func(i int, v int) (int, bool, error) {
		if i >= len(fate) || x.src.Record(i) != x.ms.items[i].record {
			t.Fatalf("element %d was called with a foreign index", i)
		}
		calls--
		if fate[i] == "fail" {
			return 0, true, errRefused
		}
		return -v, fate[i] == "keep", nil
	})
	if err != wantErr || dropped != used-len(kept) || calls != 0 {
		t.Fatalf("dropped %d with %v and %d calls too few, want %d with %v", dropped, err, calls, used-len(kept), wantErr)
	}
	read := x.ms.read
	x.ms.take(used)
	x.md.put(kept, read)
}

// Adopt is for stages that append by themselves, several for one of src.
func (x *transfers) Adopt(t *rapid.T) {
	if x.src.Len() == 0 || x.dst.Free() == 0 {
		return
	}
	ok := demand.Adopt(&x.dst, &x.src)
	if want := len(x.md.items) == 0 || x.md.read == x.ms.read; ok != want {
		t.Fatalf("Adopt says %v, want %v", ok, want)
	}
	if ok {
		x.dst.AppendRecord(x.src.Items()[0], x.src.Record(0))
		x.md.put(x.ms.items[:1], x.ms.read)
	}
	if rapid.Bool().Draw(t, "used up") {
		x.src.Advance(1)
		x.ms.take(1)
	}
}

func (x *transfers) Keep(t *rapid.T) {
	m := rapid.IntRange(1, 4).Draw(t, "modulus")
	keep := func(v int) bool { return v%m == 0 }
	var kept []modelItem
	for _, it := range x.md.items {
		if keep(it.v) {
			kept = append(kept, it)
		}
	}
	if got, want := demand.Keep(&x.dst, keep), len(x.md.items)-len(kept); got != want {
		t.Fatalf("Keep dropped %d, want %d", got, want)
	}
	if len(kept) == 0 && len(x.md.items) > 0 {
		x.md = modelChunk{room: x.md.room} // an empty chunk has all its room again
	}
	x.md.items = kept
}

func (x *transfers) consume(t *rapid.T) {
	n := rapid.IntRange(0, x.dst.Len()).Draw(t, "n")
	x.dst.Advance(n)
	x.md.take(n)
}

func (x *transfers) Truncate(t *rapid.T) {
	n := rapid.IntRange(0, 8).Draw(t, "n")
	cut := max(0, len(x.md.items)-n)
	if got := x.dst.Truncate(n); got != cut {
		t.Fatalf("Truncate took %d, want %d", got, cut)
	}
	x.md.items = x.md.items[:len(x.md.items)-cut]
	if len(x.md.items) == 0 {
		x.md.read = nil
	}
}

func (x *transfers) check(t *rapid.T) {
	var holders []*demand.Lineage
	for _, c := range []struct {
		name string
		got  *demand.Chunk[int]
		want *modelChunk
	}{{"src", &x.src, &x.ms}, {"dst", &x.dst, &x.md}} {
		var items []modelItem
		for i, v := range c.got.Items() {
			items = append(items, modelItem{v, c.got.Record(i)})
		}
		if !slices.Equal(items, c.want.items) || c.got.Free() != c.want.free() {
			t.Fatalf("%s holds %v with %d free, want %v with %d", c.name, items, c.got.Free(), c.want.items, c.want.free())
		}
		if got := x.of(c.got.Lineage()); got != c.want.read {
			t.Fatalf("%s descends from %+v, want %+v", c.name, got, c.want.read)
		}
		if c.want.read != nil {
			holders = append(holders, c.want.read.lineage)
		}
	}
	x.references(t, holders...)
}

func TestTransfersEqualTheirModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := &transfers{isl: demand.NewIsland()}
		t.Repeat(map[string]func(*rapid.T){
			"":              x.check,
			"refill":        x.refill,
			"empty":         x.empty,
			"MapInto":       x.MapInto,
			"MoveN":         x.MoveN,
			"TransformInto": x.TransformInto,
			"Adopt":         x.Adopt,
			"Keep":          x.Keep,
			"consume":       x.consume,
			"Truncate":      x.Truncate,
		})
	})
}

func TestGatherHoldsAllReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l ledger
		var g demand.Gather[int]
		var src demand.Chunk[int]
		batch := rapid.IntRange(1, 9).Draw(t, "batch")
		dst := demand.NewChunk[[]int](1)
		next, emitted := 0, 0
		var reads []*readOf
		for range rapid.IntRange(1, 15).Draw(t, "rounds") {
			if src.Len() == 0 {
				n := rapid.IntRange(1, 6).Draw(t, "n")
				src.Reset(n)
				var r *readOf
				if rapid.IntRange(0, 3).Draw(t, "tracked") > 0 {
					r = l.read()
					src.SetLineage(r.lineage)
				}
				for range n {
					src.Append(next)
					reads = append(reads, r)
					next++
				}
			}
			g.Take(&src, batch, dst)
			for i, v := range g.Items() {
				if v != emitted+i || reads[v] != nil && reads[v].settled > 0 {
					t.Fatalf("gathered %v from %d on, of reads that are still open", g.Items(), emitted)
				}
			}
			if g.Len() < batch {
				continue
			}
			dst.Reset(1)
			g.Emit(dst)
			if got := dst.Items()[0]; len(got) != batch || got[0] != emitted {
				t.Fatalf("emitted %v, want %d from %d on", got, batch, emitted)
			}
			for _, v := range dst.Items()[0] {
				if reads[v] != nil && reads[v].settled > 0 {
					t.Fatalf("the read of %d settled before its batch was handed on", v)
				}
			}
			emitted += batch
			dst.Advance(1)
		}
		for v := range emitted {
			if r := reads[v]; r != nil && (v+1 == len(reads) || reads[v+1] != r) && v < emitted-1 && r.settled != 1 {
				t.Fatalf("the read of %d, handed on whole, settled %d times", v, r.settled)
			}
		}
		src.Abandon(nil)
		if g.Len() > 0 {
			dst.Reset(1)
			g.Emit(dst)
			dst.Advance(1)
		}
		l.allSettled(t)
	})
}

func TestPullKeptAndTransformed(t *testing.T) {
	even := func(v int) bool { return v%2 == 0 }
	upstream := func(answer ...[]int) *answers {
		return &answers{give: func(dst *demand.Chunk[int]) error {
			if len(answer) == 0 {
				return demand.ErrCompleted
			}
			for _, v := range answer[0] {
				dst.Append(v)
			}
			answer = answer[1:]
			return nil
		}}
	}
	var in demand.Chunk[int]
	for name, pull := range map[string]func(*answers, *demand.Chunk[int]) error{
		"PullKept": func(up *answers, dst *demand.Chunk[int]) error { return demand.PullKept(up, dst, even) },
		"PullTransformed": func(up *answers, dst *demand.Chunk[int]) error {
			return demand.PullTransformed(up, &in, dst, func(_, v int) (int, bool, error) { return v, even(v), nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			in = demand.Chunk[int]{}
			up := upstream([]int{1, 3}, []int{5}, []int{2, 3, 4}, []int{7}, nil, []int{9})
			dst := demand.NewChunk[int](3)
			if err := pull(up, dst); err != nil || !slices.Equal(dst.Items(), []int{2, 4}) {
				t.Fatalf("got %v, %v: it must go on until something passes", dst.Items(), err)
			}
			dst.Reset(3)
			dst.SetPatience(demand.NoWait)
			if err := pull(up, dst); err != nil || dst.Len() > 0 {
				t.Fatalf("got %v, %v: patience ran out", dst.Items(), err)
			}
			dst.Reset(3)
			if err := pull(up, dst); err != demand.ErrCompleted || dst.Len() > 0 {
				t.Fatalf("got %v, %v at the end", dst.Items(), err)
			}
		})
	}
	t.Run("an error comes behind the elements before it", func(t *testing.T) {
		in = demand.Chunk[int]{}
		up := upstream([]int{1, 2, 3})
		refuse := func(_, v int) (int, bool, error) {
			if v == 3 {
				return 0, false, errRefused
			}
			return v, true, nil
		}
		dst := demand.NewChunk[int](3)
		if err := demand.PullTransformed(up, &in, dst, refuse); err != nil || !slices.Equal(dst.Items(), []int{1, 2}) {
			t.Fatalf("got %v, %v", dst.Items(), err)
		}
		for range 2 {
			dst.Reset(3)
			if err := demand.PullTransformed(up, &in, dst, refuse); err != errRefused || dst.Len() > 0 {
				t.Fatalf("got %v, %v, want the error, and it must stick", dst.Items(), err)
			}
		}
	})
}
