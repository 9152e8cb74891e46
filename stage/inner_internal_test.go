package stage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
)

// refiller is a source that holds a chunk, and has a lineage for each element
// unless plain.
type refiller struct {
	up    demand.Upstream[int]
	in    demand.Chunk[int]
	plain bool
}

func (r *refiller) Pull(dst *demand.Chunk[int]) error {
	if err := demand.RefillMax(r.up, &r.in, dst, 10, demand.Forever); err != nil {
		return err
	}
	if !r.plain {
		r.in.SetLineage(demand.NewLineage(nil))
	}
	demand.MoveN(dst, &r.in, 1)
	return nil
}

func (r *refiller) Cancel(cause error) { r.up.Cancel(cause) }

type numbers struct{ n int }

func (s *numbers) Pull(dst *demand.Chunk[int]) error {
	if s.n == 0 {
		return demand.ErrCompleted
	}
	for ; s.n > 0 && dst.Free() > 0; s.n-- {
		dst.Append(s.n)
	}
	return nil
}

func (s *numbers) Cancel(error) {}

// Of a source that has ended nothing is kept: not by the inner sources, not by
// the run, not by the island.
func TestInnersKeepNothing(t *testing.T) {
	run := engine.New(context.Background(), nil)
	all := NewInners(NewRuntime(run, Meta{Kind: "Stage"}))
	isl := demand.NewIsland()
	dst, of := demand.NewChunk[int](100), demand.NewChunk[int](1)
	dst.SetIsland(isl)
	for _, plain := range []bool{true, false} {
		closed := 0
		for n := range 3 {
			of.Reset(1)
			of.Append(n)
			mark := isl.Mark()
			i, err := OpenInner(all, NewSource(Meta{Kind: "s"}, func(rt *Runtime) demand.Upstream[int] {
				rt.OnClose(func() error { closed++; return nil })
				rt.OnDrain(func() { t.Error("drained") })
				return &refiller{up: &numbers{30}, plain: plain}
			}))
			if err != nil {
				t.Fatal(err)
			}
			var held []*demand.Lineage
			for range 15 {
				dst.Reset(100)
				if err := i.Pull(dst); err != nil || dst.Len() != 1 {
					t.Fatal(err)
				}
				Descend(i, dst, of)
				held = append(held, dst.Lineage().Fork())
			}
			dst.Reset(100)
			i.Cancel(demand.ErrEnough)
			i.Cancel(demand.ErrEnough)
			if err := i.Close(); err != nil {
				t.Error(err)
			}
			if !plain {
				if closed != n || len(all.open) != 1 {
					t.Errorf("closed %d of %d before all is settled", closed, n+1)
				}
				for _, l := range held {
					l.Release()
				}
				_ = all.Close()
			}
			if closed != n+1 || len(all.open) != 0 || len(all.left) != 0 || all.due.Load() || isl.Mark() != mark {
				t.Errorf("%d closed, %d open, %d due, %d more held", closed, len(all.open), len(all.left), isl.Mark()-mark)
			}
		}
	}
	if n := all.rt.cell; n.Run.Stats()[0].Discarded != 6*5 {
		t.Errorf("discarded %d of what sources held", n.Run.Stats()[0].Discarded)
	}
	run.Drain()
}

// Closers run last first, all of them; the first error is told, once.
func TestInnersTellOfACloseThatFails(t *testing.T) {
	run := engine.New(context.Background(), nil)
	all := NewInners(NewRuntime(run, Meta{Kind: "Stage"}))
	open := func(calls *[]int) *Inner[int] {
		i, err := OpenInner(all, NewSource(Meta{Kind: "s"}, func(rt *Runtime) demand.Upstream[int] {
			for n := range 4 {
				rt.OnClose(func() error {
					*calls = append(*calls, n)
					if n%2 == 0 {
						return nil
					}
					return fmt.Errorf("error %d", n)
				})
			}
			return &numbers{}
		}))
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	var calls []int
	i := open(&calls)
	i.Cancel(demand.ErrEnough)
	var at *Error
	if err := i.Close(); !errors.As(err, &at) || at.Stage != "stage/s" || at.Err.Error() != "error 3" || !slices.Equal(calls, []int{3, 2, 1, 0}) {
		t.Errorf("got %v after calls %v", err, calls)
	}
	if err := all.closeAll(); err != nil || len(calls) != 4 {
		t.Errorf("told again: %v", err)
	}
	// What was left, and what was never, is told at the end of the run.
	for _, leave := range []bool{true, false} {
		calls = nil
		if i = open(&calls); leave {
			i.Leave()
		}
		if err := all.closeAll(); err == nil || len(calls) != 4 {
			t.Errorf("got %v after calls %v", err, calls)
		}
	}
}

// Drain of one source reaches that alone, also where it comes late.
func TestInnersDrainOne(t *testing.T) {
	run := engine.New(context.Background(), nil)
	all := NewInners(NewRuntime(run, Meta{Kind: "Stage"}))
	var rts []*Runtime
	var drained [2]int
	var in []*Inner[int]
	for n := range 2 {
		i, err := OpenInner(all, NewSource(Meta{Kind: "s"}, func(rt *Runtime) demand.Upstream[int] {
			rts = append(rts, rt)
			rt.OnDrain(func() { drained[n]++ })
			return &numbers{3}
		}))
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, i)
	}
	other := rts[1].Reads()
	in[0].Drain()
	in[0].Drain()
	rts[0].OnDrain(func() { drained[0] += 10 })
	if drained != [2]int{11, 0} || !rts[0].Draining() || rts[1].Draining() || other.Err() != nil || context.Cause(rts[0].Reads()) != demand.ErrDrained {
		t.Errorf("drained %v", drained)
	}
	dst := demand.NewChunk[int](1)
	if err := in[0].Pull(dst); err != demand.ErrCompleted || !in[0].Cut() {
		t.Errorf("got %v, cut %v", err, in[0].Cut())
	}
	if err := in[1].Pull(dst); err != nil || in[1].Cut() {
		t.Errorf("got %v, cut %v", err, in[1].Cut())
	}
	run.Drain()
	if drained != [2]int{11, 1} || !rts[1].Draining() || context.Cause(other) != demand.ErrDrained {
		t.Errorf("drained %v", drained)
	}
}
