package demand_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
)

func filled(room int, vs ...int) *demand.Chunk[int] {
	c := demand.NewChunk[int](room)
	for _, v := range vs {
		c.Append(v)
	}
	return c
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return false
}

func TestChunkRefusesMoreThanWasAskedFor(t *testing.T) {
	for name, f := range map[string]func(*demand.Chunk[int]){
		"append": func(c *demand.Chunk[int]) { c.Append(3) },
		"grow":   func(c *demand.Chunk[int]) { c.Grow(1) },
		"grow by a negative number": func(c *demand.Chunk[int]) {
			c.Grow(-1)
		},
		"append within a limit": func(c *demand.Chunk[int]) {
			c.Reset(5)
			c.Limit(0)
			c.Append(1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c := filled(2, 1, 2); !panics(func() { f(c) }) {
				t.Error("no panic")
			}
		})
	}
	var zero demand.Chunk[int]
	if !panics(func() { zero.Append(1) }) {
		t.Error("the zero chunk has room")
	}
}

func TestChunkTakesFromTheFront(t *testing.T) {
	c := filled(5, 1, 2, 3)
	if c.Len() != 3 || c.Free() != 2 || len(c.Spare()) != 2 {
		t.Errorf("3 of 5: Len %d, Free %d, Spare %d", c.Len(), c.Free(), len(c.Spare()))
	}
	c.Advance(2)
	if !slices.Equal(c.Items(), []int{3}) || c.Free() != 2 {
		t.Errorf("after two: %v with %d free", c.Items(), c.Free())
	}
	c.Spare()[0] = 4
	c.Grow(1)
	kept := c.Clone()
	c.Items()[0] = 9
	if !slices.Equal(kept, []int{3, 4}) {
		t.Errorf("the copy changed with its chunk: %v", kept)
	}
	if n := c.Truncate(1); n != 1 || !slices.Equal(c.Items(), []int{9}) {
		t.Errorf("truncate took %d and left %v", n, c.Items())
	}
}

// Memory that was used must not keep elements alive.
func TestChunkForgetsWhatLeft(t *testing.T) {
	for name, drop := range map[string]func(*demand.Chunk[*int]){
		"advance":  func(c *demand.Chunk[*int]) { c.Advance(2) },
		"abandon":  func(c *demand.Chunk[*int]) { c.Abandon(nil) },
		"truncate": func(c *demand.Chunk[*int]) { c.Truncate(0) },
		"keep":     func(c *demand.Chunk[*int]) { demand.Keep(c, func(*int) bool { return false }) },
	} {
		t.Run(name, func(t *testing.T) {
			c := demand.NewChunk[*int](2)
			c.Append(new(int))
			c.Append(new(int))
			memory := c.Items()
			drop(c)
			if memory[0] != nil || memory[1] != nil {
				t.Errorf("the chunk still holds %v", memory)
			}
		})
	}
}

func TestChunkLimit(t *testing.T) {
	c := demand.NewChunk[int](8)
	c.Append(1)
	was := c.Limit(3)
	if c.Free() != 3 {
		t.Errorf("limited to 3, %d are free", c.Free())
	}
	inner := c.Limit(5)
	if c.Free() != 3 {
		t.Errorf("a wider limit inside made it %d", c.Free())
	}
	c.Unlimit(inner)
	c.Unlimit(was)
	if c.Free() != 7 {
		t.Errorf("given back, %d are free", c.Free())
	}
}

func TestChunkLineage(t *testing.T) {
	cause := errors.New("cause")
	for _, c := range []struct {
		name string
		do   func(*demand.Chunk[int])
		want demand.Outcome
		left bool // the chunk goes on holding it
	}{
		{"taking some holds it", func(c *demand.Chunk[int]) { c.Advance(2) }, 0, true},
		{"taking the last one lets go", func(c *demand.Chunk[int]) { c.Advance(3) }, demand.Done, false},
		{"abandon", func(c *demand.Chunk[int]) { c.Abandon(cause) }, demand.Abandoned, false},
		{"fail", func(c *demand.Chunk[int]) { c.Fail(cause) }, demand.Abandoned, false},
		{"end holds it", func(c *demand.Chunk[int]) { c.End(cause) }, 0, true},
		{"reset gives up what is held", func(c *demand.Chunk[int]) { c.Reset(9) }, demand.Abandoned, false},
		{"truncate to none", func(c *demand.Chunk[int]) { c.Truncate(0) }, demand.Abandoned, false},
		{"truncate to some", func(c *demand.Chunk[int]) { c.Truncate(1) }, demand.Abandoned, true},
		{"truncate to more", func(c *demand.Chunk[int]) { c.Truncate(4) }, demand.Done, true},
		{"another one", func(c *demand.Chunk[int]) { c.SetLineage(nil) }, demand.Done, false},
		{"handed over", func(c *demand.Chunk[int]) { c.TakeLineage().Release() }, demand.Done, false},
		{"keep some", func(c *demand.Chunk[int]) { demand.Keep(c, func(v int) bool { return v == 2 }) }, demand.Done, true},
		{"keep none", func(c *demand.Chunk[int]) { demand.Keep(c, func(int) bool { return false }) }, demand.Done, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l ledger
			r := l.read()
			chunk := filled(3, 1, 2, 3)
			chunk.SetLineage(r.lineage)
			c.do(chunk)
			if held := chunk.Lineage() != nil; held != c.left {
				t.Fatalf("the chunk holds a lineage: %v", held)
			}
			if c.left {
				l.references(t, r.lineage)
				chunk.Advance(chunk.Len())
			}
			l.references(t)
			if r.outcome != c.want {
				t.Errorf("it ended %s, want %s", r.outcome, c.want)
			}
		})
	}
}

func TestChunkRecords(t *testing.T) {
	var l ledger
	c := demand.NewChunk[int](6)
	c.SetLineage(l.read().lineage)
	c.Append(1)
	if c.Record(0) != 0 {
		t.Errorf("a record number out of nothing: %d", c.Record(0))
	}
	c.AppendRecord(2, 7)
	c.Append(3)
	c.AppendRecord(4, 9)
	want := []int32{0, 7, 0, 9}
	for i, n := range want {
		if c.Record(i) != n {
			t.Errorf("element %d has record %d, want %d", i, c.Record(i), n)
		}
	}
	c.Advance(1)
	if at := c.Position(0); at != (demand.Position{Source: "read 0", Record: 7}) {
		t.Errorf("the position is %+v", at)
	}
	if at := c.Position(1); at != (demand.Position{Source: "read 0"}) {
		t.Errorf("without a number, the position is %+v", at)
	}
	c.Reset(6)
	c.Append(5)
	if c.Record(0) != 0 {
		t.Error("a number outlived the elements that it was for")
	}
	c.Advance(1)
}

// answers is an upstream that gives what it is told to, and notes the requests.
type answers struct {
	give  func(dst *demand.Chunk[int]) error
	asked []int
	with  []demand.Patience
	cause error
}

func (a *answers) Pull(dst *demand.Chunk[int]) error {
	a.asked = append(a.asked, dst.Free())
	a.with = append(a.with, dst.Patience())
	return a.give(dst)
}

func (a *answers) Cancel(cause error) { a.cause = cause }

func TestRefill(t *testing.T) {
	broken := errors.New("broken")
	n := 0
	up := &answers{give: func(dst *demand.Chunk[int]) error {
		switch n++; n {
		case 1:
			dst.Append(1)
			dst.Append(2)
		case 2:
		default:
			return broken
		}
		return nil
	}}
	var src demand.Chunk[int]
	dst := demand.NewChunk[int](5)
	dst.SetPatience(demand.NoWait)
	refill := func(want int, wantErr error) {
		t.Helper()
		if err := demand.Refill(up, &src, dst); err != wantErr || src.Len() != want {
			t.Errorf("holds %d after %v, want %d after %v", src.Len(), err, want, wantErr)
		}
	}
	refill(2, nil)
	src.Advance(1)
	refill(1, nil) // not used up, so nothing is asked
	src.Advance(1)
	refill(0, nil) // nothing came in time
	refill(0, broken)
	refill(0, broken)
	if !slices.Equal(up.asked, []int{5, 5, 5}) {
		t.Errorf("asked for %v", up.asked)
	}
	for _, p := range up.with {
		if p != demand.NoWait {
			t.Errorf("the patience of dst was not handed upward: %+v", p)
		}
	}
	if src.Ended() != broken {
		t.Errorf("the end was not kept: %v", src.Ended())
	}
}

func TestRefillMaxAsksForSoMany(t *testing.T) {
	up := &answers{give: func(dst *demand.Chunk[int]) error { dst.Append(1); return nil }}
	var src demand.Chunk[int]
	if err := demand.RefillMax(up, &src, demand.NewChunk[int](1), 40, demand.NoWait); err != nil || src.Len() != 1 {
		t.Fatal(src.Len(), err)
	}
	if up.asked[0] != 40 || up.with[0] != demand.NoWait.WithPending(true) {
		t.Errorf("asked for %v with %+v", up.asked, up.with)
	}
}

// An error noted with Fail gives up the rest; one noted with End comes behind
// it.
func TestRefillAfterFailAndEnd(t *testing.T) {
	broken := errors.New("broken")
	up := &answers{}
	for name, end := range map[string]func(*demand.Chunk[int]){
		"fail": func(c *demand.Chunk[int]) { c.Fail(broken) },
		"end":  func(c *demand.Chunk[int]) { c.End(broken); c.Advance(c.Len()) },
	} {
		src := filled(2, 1, 2)
		end(src)
		if err := demand.Refill(up, src, demand.NewChunk[int](1)); err != broken || len(up.asked) > 0 {
			t.Errorf("%s: Refill returned %v and asked %d times", name, err, len(up.asked))
		}
	}
}
