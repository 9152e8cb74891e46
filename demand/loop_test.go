package demand_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
)

// letInto lets elements of a read into a loop, and returns them as the body has
// them.
func letInto(l *demand.Loop[int], of *demand.Lineage, vs ...int) *demand.Chunk[int] {
	c := demand.NewChunk[int](len(vs))
	for i, v := range vs {
		c.AppendRecord(v, int32(i+1))
	}
	c.SetLineage(of)
	l.Track(c)
	return c
}

func TestLoopTracks(t *testing.T) {
	var settled []demand.Settlement
	read := demand.NewLineage(func(s demand.Settlement) { settled = append(settled, s) })
	read.Origin = demand.Origin{Source: "file", Base: 100}
	inside := 3
	l := demand.NewLoop[int](2, demand.Fail, func(n int) { inside -= n })
	in := letInto(l, read, 10, 20, 30)
	if p := in.Position(2); p != (demand.Position{Source: "file", Record: 103}) {
		t.Errorf("inside, an element comes from %v", p)
	}
	in.Lineage().Fail(2, errOne)
	out := demand.NewChunk[int](5)
	if !demand.Leaves(l, out, in) {
		t.Fatal("the first element does not fit")
	}
	demand.Leave(l, out, in)
	if out.Lineage() != read || out.Record(0) != 1 {
		t.Errorf("what leaves has lineage %p, want %p; record %d", out.Lineage(), read, out.Record(0))
	}
	for _, v := range []int{21, 31} {
		if _, _, err := demand.GoBack(l, in, v); err != nil {
			t.Fatal(err)
		}
	}
	if inside != 0 || l.Waiting() != 2 {
		t.Errorf("%d are inside, %d wait", inside, l.Waiting())
	}
	again := demand.NewChunk[int](5)
	if n := l.Enter(again, 5); n != 2 || !slices.Equal(again.Items(), []int{21, 31}) || again.Lineage() != read || again.Record(1) != 3 {
		t.Errorf("%d went in again: %v", n, again.Items())
	}
	out.Advance(1)
	again.Advance(1)
	if len(settled) != 0 {
		t.Error("the read was settled while an element was in the loop")
	}
	again.Advance(1)
	if len(settled) != 1 || settled[0].Outcome != demand.Failed || !slices.Equal(settled[0].Failures, []demand.Failure{{Record: 2, Err: errOne}}) {
		t.Errorf("settled as %+v", settled)
	}
}

// What was made of many reads, some of which have no lineage, comes from all of
// them outside too, and those inside another loop stay inside that.
func TestLoopTracksJoins(t *testing.T) {
	settled := 0
	read := func() *demand.Lineage { return demand.NewLineage(func(demand.Settlement) { settled++ }) }
	outer := demand.NewLoop[int](9, demand.Fail, func(int) {})
	l := demand.NewLoop[int](9, demand.Fail, func(int) {})
	one, two, three := letInto(l, read(), 1), letInto(l, letInto(outer, read(), 2).TakeLineage(), 2), letInto(l, nil, 3)
	in := demand.NewChunk[int](2)
	in.Append(6)
	in.Append(7)
	in.SetLineage(demand.Join([]*demand.Lineage{one.TakeLineage(), two.TakeLineage(), three.TakeLineage()}))
	out := demand.NewChunk[int](2)
	for range 2 {
		if !demand.Leaves(l, out, in) {
			t.Fatal("two elements of one lineage do not leave together")
		}
		demand.Leave(l, out, in)
	}
	if in.Len() != 0 || settled != 0 {
		t.Errorf("%d stayed, %d settled", in.Len(), settled)
	}
	out.Advance(2)
	if settled != 2 {
		t.Errorf("%d reads were settled, want 2", settled)
	}
}

func TestLoopCloses(t *testing.T) {
	var got demand.Settlement
	l := demand.NewLoop[int](9, demand.Fail, func(int) {})
	in := letInto(l, demand.NewLineage(func(s demand.Settlement) { got = s }), 1, 2)
	if _, _, err := demand.GoBack(l, in, 5); err != nil {
		t.Fatal(err)
	}
	if n := l.Close(errOne); n != 1 || l.Closed() != errOne {
		t.Errorf("%d waited, closed with %v", n, l.Closed())
	}
	if _, _, err := demand.GoBack(l, in, 5); !errors.Is(err, errOne) || in.Len() != 1 {
		t.Errorf("error %v, %d left", err, in.Len())
	}
	if in.Advance(1); got.Outcome != demand.Abandoned || got.Cause != errOne {
		t.Errorf("settled as %+v", got)
	}
}

func TestPatienceIsPending(t *testing.T) {
	up := &answers{give: func(dst *demand.Chunk[int]) error { return nil }}
	for _, c := range []struct {
		asked, own demand.Patience
		pending    bool
	}{
		{demand.Forever, demand.Forever, false},
		{demand.NoWait, demand.Forever, false},
		{demand.NoWait, demand.NoWait, true},
		{demand.Forever, demand.NoWait, true},
		{demand.NoWait.WithPending(true), demand.Forever, true},
	} {
		var src demand.Chunk[int]
		dst := demand.NewChunk[int](1)
		dst.SetPatience(c.asked)
		if err := demand.RefillMax(up, &src, dst, 1, c.own); err != nil {
			t.Fatal(err)
		}
		if p := up.with[len(up.with)-1]; p.Pending() != c.pending || p.IsNoWait() != (c.asked.IsNoWait() || c.own.IsNoWait()) {
			t.Errorf("%+v with %+v of its own asks with %+v", c.asked, c.own, p)
		}
	}
}
