package operators

import (
	"container/list"
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// GroupBy gives the elements of each key to a stage of their own: what sub makes
// when the key is first seen, such as a Scan, a Batch or a composition of several.
// Results leave in the order in which the elements arrived that brought them.
//
// At most maxKeys keys are live. When one more comes, the one that has been idle
// longest is evicted: its stage is told that upstream has completed, and what it
// then emits goes first. The key may come again, to a new stage. A stage that
// completes by itself, like Take, gets no more while its key is live: elements of
// that key are dropped and counted, with reason demand.ReasonClosed.
//
// The stages are fused with GroupBy and count into it. They must not start
// goroutines, keep time or open sources: Async, Workers, a Batch with a duration or
// a ConcatMap fail the stream. An error of one fails the stream; it is told to the other stages as that
// of upstream.
//
//	in                       -[a1]-[b1]-[a2]-[b2]-|
//	GroupBy(letter, count)   -[a1]-[b1]-[a2]-[b2]-|
//
// Elsewhere: Pekko groupBy with mergeSubstreams, Reactor and RxJava groupBy with
// flatMap.
//
// emits when the stage of a key does · backpressures when downstream does ·
// completes when upstream does, after what the stages then emit, idle longest
// first · fails when upstream does, behind likewise, or key's stage does ·
// cancels when downstream does · holds maxKeys stages
func GroupBy[K comparable, In, Out any](key func(In) K, maxKeys int, sub func(K) stage.Stage[In, Out], opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("GroupBy", stage.TakesName, opts)
	m = m.Func(key == nil, "key function").Positive(maxKeys, "number of keys").Func(sub == nil, "function that makes stages")
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		return &groupBy[K, In, Out]{rt: rt, up: up, key: key, max: maxKeys, sub: sub, live: map[K]*list.Element{}}
	})
}

type groupBy[K comparable, In, Out any] struct {
	rt   *stage.Runtime
	up   demand.Upstream[In]
	key  func(In) K
	max  int
	sub  func(K) stage.Stage[In, Out]
	in   demand.Chunk[In]
	out  demand.Chunk[Out] // what the group at work has emitted
	live map[K]*list.Element
	idle list.List // of *group, idle longest first
	work *group[K, In, Out]
	err  error // of a group, or the cause of a cancel
}

func (g *groupBy[K, In, Out]) Pull(dst *demand.Chunk[Out]) error {
	hurry := dst.HurryFlag()
	for {
		demand.Move(dst, &g.out)
		switch {
		case g.out.Len() > 0:
			return nil
		case dst.Len() > 0 && (dst.Free() == 0 || hurry.Load() || g.work == nil && g.in.Len() == 0):
			return nil
		}
		nothing, err := g.step(dst)
		if err != nil && dst.Len() > 0 {
			return nil // it comes again
		}
		if err != nil || nothing {
			return err
		}
		if dst.Len() == 0 && g.out.Len() == 0 {
			if yes, err := demand.Impatient(dst); yes {
				return err
			}
		}
	}
}

// step lets the group at work emit, or puts the next one to work. It reports that
// nothing came in time.
func (g *groupBy[K, In, Out]) step(dst *demand.Chunk[Out]) (nothing bool, err error) {
	if g.err != nil {
		return false, g.err
	}
	if g.work != nil {
		g.emit(dst)
		return false, g.err
	}
	if err := demand.Refill(g.up, &g.in, dst); err != nil {
		for g.work == nil && g.idle.Len() > 0 {
			g.evict(err)
		}
		if g.work == nil {
			return false, err
		}
		return false, nil
	}
	if g.in.Len() == 0 {
		return true, nil
	}
	g.err = g.give(g.key(g.in.Items()[0]), dst.Island())
	return false, g.err
}

// give puts the group of a key to work on the front element, or makes room for it.
func (g *groupBy[K, In, Out]) give(k K, on *demand.Island) error {
	at, known := g.live[k]
	if !known {
		if g.idle.Len() == g.max {
			g.evict(demand.ErrCompleted)
			return nil
		}
		made, err := g.open(k, on)
		if err != nil {
			return err
		}
		at = g.idle.PushBack(made)
		g.live[k] = at
	}
	g.idle.MoveToBack(at)
	grp := at.Value.(*group[K, In, Out])
	if grp.done {
		g.in.Advance(1)
		g.rt.Dropped(demand.ReasonClosed, 1)
		return nil
	}
	grp.allow = 1
	g.work = grp
	return nil
}

// evict puts the group that has been idle longest to work for the last time.
func (g *groupBy[K, In, Out]) evict(end error) {
	grp := g.idle.Remove(g.idle.Front()).(*group[K, In, Out])
	delete(g.live, grp.key)
	if !grp.done {
		grp.end = end
		g.work = grp
	}
}

// emit asks the group at work for what it has. It has done its work when it
// answers with nothing and has taken its element, or when it ends.
func (g *groupBy[K, In, Out]) emit(dst *demand.Chunk[Out]) {
	grp := g.work
	g.out.Reset(max(dst.Free(), 1))
	g.out.SetIsland(grp.isl)
	g.out.SetPatience(demand.NoWait)
	before := grp.allow
	err := grp.up.Pull(&g.out)
	if err == nil {
		switch {
		case g.out.Len() > 0:
		case grp.allow == 0 && grp.end == nil:
			g.work = nil
		case grp.allow == before:
			g.err = fmt.Errorf("group %v: its stage waits for something, and must not keep time", grp.key)
		}
		return
	}
	g.work = nil
	g.close(grp, demand.ErrEnough)
	// Upstream's own error comes when all groups have ended.
	if err != demand.ErrCompleted && (grp.end == nil || grp.end == demand.ErrCompleted) {
		g.err = fmt.Errorf("group %v: %w", grp.key, err)
	}
}

// close ends a group. What its stages still hold is given up.
func (g *groupBy[K, In, Out]) close(grp *group[K, In, Out], cause error) {
	grp.done = true
	grp.up.Cancel(cause)
	grp.isl.Release(cause, func(_ any, n int) { g.rt.Discarded(n) })
}

func (g *groupBy[K, In, Out]) Cancel(cause error) {
	if g.err == nil {
		g.err = cause
	}
	g.rt.Discarded(g.out.Abandon(cause))
	if g.work != nil && !g.work.done {
		g.close(g.work, cause)
	}
	g.work = nil
	for at := g.idle.Front(); at != nil; at = at.Next() {
		if grp := at.Value.(*group[K, In, Out]); !grp.done {
			g.close(grp, cause)
		}
	}
	g.idle.Init()
	clear(g.live)
	g.up.Cancel(cause)
}
