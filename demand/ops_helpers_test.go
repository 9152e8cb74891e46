package demand_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
)

// reader is an upstream of numbers from 1, in reads of per with a lineage each,
// that ends after n.
type reader struct {
	*ledger
	next, n, per int
	open         *readOf
	from         int
}

func (r *reader) Pull(dst *demand.Chunk[int]) error {
	if r.next == r.n {
		return demand.ErrCompleted
	}
	if r.open == nil {
		r.open, r.from = r.read(), r.next
	}
	for dst.Free() > 0 && r.next < min(r.n, r.from+r.per) {
		r.next++
		dst.AppendRecord(r.next, int32(r.next-r.from))
	}
	if r.next == min(r.n, r.from+r.per) {
		dst.SetLineage(r.open.lineage)
		r.open = nil
	} else {
		dst.SetLineage(r.open.lineage.Fork())
	}
	return nil
}

func (r *reader) Cancel(cause error) {
	if r.open != nil {
		r.open.lineage.Abandon(cause)
	}
}

// A stage in place that hands on early, at any element, passes on the elements,
// record numbers and lineages that it would have passed on otherwise.
func TestInPlaceWithRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		up := &reader{ledger: &ledger{}, n: rapid.IntRange(0, 100).Draw(t, "n"), per: rapid.IntRange(1, 20).Draw(t, "per")}
		isl := demand.NewIsland()
		var rest, dst demand.Chunk[int]
		modulus := rapid.IntRange(1, 4).Draw(t, "modulus")
		spills := rapid.Bool().Draw(t, "spill")
		stop := rapid.IntRange(1, 200).Draw(t, "stop")
		var got []string
		for {
			dst.Reset(rapid.IntRange(1, 30).Draw(t, "room"))
			dst.SetIsland(isl)
			if rapid.Bool().Draw(t, "impatient") {
				dst.SetPatience(demand.NoWait)
			}
			if err := demand.PullRest(up, &rest, &dst); err != nil {
				break
			}
			hurry := rapid.IntRange(1, 30).Draw(t, "hurry at")
			if spills {
				demand.Spill(&dst, min(hurry, dst.Len()), &rest)
			} else {
				demand.KeepSome(&dst, &rest, func(v int) bool {
					if hurry--; hurry == 0 {
						isl.Hurry()
					}
					return v%modulus == 0
				})
			}
			isl.Hurried()
			for i, v := range dst.Items() {
				if p := dst.Position(i); p.Source == "" || p.Record == 0 {
					t.Fatalf("element %d lost its position: %v", v, p)
				}
				got = append(got, fmt.Sprint(v, "=", (dst.Record(i)-1)%int32(up.per)+1))
			}
			dst.Advance(dst.Len())
			if stop--; stop == 0 {
				isl.Release(demand.ErrEnough, nil)
				up.Cancel(demand.ErrEnough)
				up.allSettled(t)
				return
			}
		}
		var want []string
		for v := 1; v <= up.n; v++ {
			if spills || v%modulus == 0 {
				want = append(want, fmt.Sprint(v, "=", (v-1)%up.per+1))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		up.allSettled(t)
		for i, r := range up.reads {
			if r.outcome != demand.Done {
				t.Fatalf("read %d ended as %v", i, r.outcome)
			}
		}
	})
}

// Expanded elements have the lineage and the record of the one that they were
// made of, which stays until it is taken off.
func TestExpand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		up := &reader{ledger: &ledger{}, n: rapid.IntRange(1, 30).Draw(t, "n"), per: rapid.IntRange(1, 6).Draw(t, "per")}
		var src, dst demand.Chunk[int]
		copies := rapid.IntRange(0, 5).Draw(t, "copies")
		var rest []int
		open := false
		n := 0
		for {
			dst.Reset(rapid.IntRange(1, 9).Draw(t, "room"))
			if err := demand.Refill(up, &src, &dst); err != nil {
				break
			}
			for src.Len() > 0 {
				if !open {
					rest, open = slices.Repeat([]int{src.Items()[0]}, copies), true
				}
				if demand.Accepts(&dst, &src) != (dst.Free() > 0 && (dst.Len() == 0 || dst.Lineage() == src.Lineage())) {
					t.Fatal("Accepts is wrong")
				}
				if rest = rest[demand.Expand(&dst, &src, rest):]; len(rest) > 0 {
					break
				}
				open = false
				src.Advance(1)
			}
			up.references(t, dst.Lineage(), src.Lineage(), up.lineage())
			for i, v := range dst.Items() {
				if want := n/copies + 1; v != want || int(dst.Record(i)) != (v-1)%up.per+1 {
					t.Fatalf("element %d is %d with record %d", n, v, dst.Record(i))
				}
				n++
			}
			dst.Advance(dst.Len())
		}
		if n != up.n*copies {
			t.Fatalf("%d elements, want %d", n, up.n*copies)
		}
		up.allSettled(t)
	})
}

func (r *reader) lineage() *demand.Lineage {
	if r.open == nil {
		return nil
	}
	return r.open.lineage
}

// An overlap owns the lineage of each element that it holds, and what it emits
// descends from all of them.
func TestOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		up := &reader{ledger: &ledger{}, n: 60, per: rapid.IntRange(1, 6).Draw(t, "per")}
		readOf := func(v int) *readOf { return up.reads[(v-1)/up.per] }
		var src demand.Chunk[int]
		var o demand.Overlap[int]
		isl := demand.NewIsland()
		var held []int
		var emitted []*demand.Chunk[[]int]
		var windows [][]int
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				dst := demand.NewChunk[[]int](1)
				dst.SetIsland(isl)
				if err := demand.RefillMax(up, &src, dst, rapid.IntRange(1, 5).Draw(t, "n"), demand.Forever); err != nil {
					break
				}
				items := slices.Clone(src.Items())
				took := o.Take(&src, len(held)+rapid.IntRange(0, 5).Draw(t, "more"), dst)
				held = append(held, items[:took]...)
			case 1:
				n := rapid.IntRange(0, len(held)).Draw(t, "drop")
				o.Drop(n)
				held = held[n:]
			case 2:
				dst := demand.NewChunk[[]int](1)
				if !o.Emit(dst) || o.Emit(dst) {
					t.Fatal("one window must fit, and no more")
				}
				emitted, windows = append(emitted, dst), append(windows, slices.Clone(held))
			}
			if o.Len() != len(held) {
				t.Fatalf("holds %d, want %d", o.Len(), len(held))
			}
			for _, v := range held {
				if readOf(v).settled > 0 {
					t.Fatalf("the read of %d, which is held, has settled", v)
				}
			}
			for i, w := range windows {
				for _, v := range w {
					if readOf(v).settled > 0 {
						t.Fatalf("the read of %d has settled, and window %d was not delivered", v, i)
					}
				}
			}
		}
		for i, dst := range emitted {
			if !slices.Equal(dst.Items()[0], windows[i]) {
				t.Fatalf("window %v, want %v", dst.Items()[0], windows[i])
			}
			dst.Advance(1)
		}
		n := 0
		isl.Release(demand.ErrEnough, func(_ any, k int) { n += k })
		if n != len(held)+src.Len() && n < len(held) {
			t.Fatalf("%d were given up, want %d", n, len(held))
		}
		up.Cancel(demand.ErrEnough)
		up.allSettled(t)
	})
}

func TestImpatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		isl := demand.NewIsland()
		c := demand.NewChunk[int](1)
		c.SetIsland(isl)
		want := func(when string, yes bool, err error) {
			t.Helper()
			if y, e := demand.Impatient(c); y != yes || !errors.Is(e, err) {
				t.Errorf("%s: got %v, %v, want %v, %v", when, y, e, yes, err)
			}
		}
		want("for ever", false, nil)
		c.SetPatience(demand.NoWait)
		want("without waiting, at work", false, nil)
		isl.Hurry()
		want("without waiting, for too long", true, nil)
		isl.Hurried()
		c.SetPatience(demand.Until(time.Now().Add(time.Second)))
		want("in time", false, nil)
		time.Sleep(time.Second)
		want("too late", true, nil)
		c.SetPatience(demand.Forever)
		isl.Stop()
		want("stopped", true, demand.ErrStopped)
	})
}

// An alarm wakes an island that sleeps on something else.
func TestAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		isl := demand.NewIsland()
		var a demand.Alarm
		begun := time.Now()
		a.Set(isl, begun.Add(time.Hour))
		a.Set(isl, begun.Add(time.Minute))
		isl.Wait(func() bool { return time.Since(begun) >= time.Minute }, demand.Forever, &demand.Waiting{Outside: true})
		if d := time.Since(begun); d != time.Minute {
			t.Errorf("woke after %s", d)
		}
		a.Set(isl, begun.Add(2*time.Minute))
		a.Stop()
		if isl.Wait(func() bool { return false }, demand.Until(begun.Add(time.Hour)), &demand.Waiting{Outside: true}) || time.Since(begun) != time.Hour {
			t.Errorf("slept until %s", time.Since(begun))
		}
	})
}

func TestBufferSeenByItsDriver(t *testing.T) {
	b := demand.NewBuffer(demand.BufferConfig[int]{Capacity: 3, Overflow: demand.Shed})
	if err := b.Offer(context.Background(), 1); err != nil || b.Room() != 2 || b.Gone() != nil {
		t.Errorf("room for %d, gone %v, error %v", b.Room(), b.Gone(), err)
	}
	b.Close(demand.ErrCompleted)
	if b.Gone() != nil {
		t.Error("a closed buffer still has its consumer")
	}
	b.Cancel(demand.ErrEnough)
	if b.Gone() != demand.ErrEnough || b.Room() != 3 {
		t.Errorf("room for %d, gone %v", b.Room(), b.Gone())
	}
}
