package flow

import (
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Merge makes one flow of many. Each input runs on its own goroutine, behind a
// link of stage.Capacity elements. Elements of one input keep their order;
// between inputs there is none, they take turns.
//
//	a            -1---2---|
//	b            ---x---y---|
//	Merge(a, b)  -1-x-2-y---|
//
// Elsewhere: Pekko merge, Reactor merge, RxJava merge, ro Merge, rill Merge,
// go-streams Merge.
//
// emits when an input has an element · backpressures when downstream does: the
// links fill and the inputs wait · completes when all inputs have · fails when
// one does, behind its elements · cancels when downstream does, all inputs ·
// order kept for each input · starts 1 goroutine for each input · holds what its
// links do
func Merge[T any](flows ...Flow[T]) Flow[T] { return MergeWith(flows) }

// MergeWith is Merge with options: Name, Capacity, Window.
func MergeWith[T any](flows []Flow[T], opts ...stage.Option) Flow[T] {
	m := stage.Configure("Merge", stage.TakesCapacity|stage.TakesWindow, opts)
	return mergeBy(m, engine.Choice{}, flows)
}

// mergeBy makes a flow of many that run at once.
func mergeBy[T any](m stage.Meta, by engine.Choice, flows []Flow[T]) Flow[T] {
	m = m.Positive(len(flows), "number of flows")
	return join(m, isMerge, flows, func(rt *stage.Runtime, ups []demand.Upstream[T]) demand.Upstream[T] {
		o := rt.Options()
		return engine.Merge(rt.Cell(), ups, by, orDefault(o.Capacity, engine.MergeCapacity), o.WindowMin, o.WindowMax)
	})
}

// Concat makes one flow of many, one after the other. All are opened at the
// start; each is pulled from when the one before it has completed.
//
//	a             -1-2-|
//	b             -x-y-|
//	Concat(a, b)  -1-2--x-y-|
//
// Elsewhere: Pekko concat, Reactor concat, RxJava concat, ro Concat.
//
// emits when the current input does · backpressures when downstream does ·
// completes when the last input has · fails when the current input does ·
// cancels when downstream does, all inputs
func Concat[T any](flows ...Flow[T]) Flow[T] { return ConcatWith(flows) }

// ConcatWith is Concat with options: Name.
func ConcatWith[T any](flows []Flow[T], opts ...stage.Option) Flow[T] {
	m := stage.Configure("Concat", stage.TakesName, opts).Positive(len(flows), "number of flows")
	return join(m, isJoin, flows, func(rt *stage.Runtime, ups []demand.Upstream[T]) demand.Upstream[T] {
		return engine.Meter(rt.Cell(), &concat[T]{ups: ups}, false)
	})
}

// join makes a flow of many inputs of one type.
func join[T any](m stage.Meta, as shape, flows []Flow[T], open func(*stage.Runtime, []demand.Upstream[T]) demand.Upstream[T]) Flow[T] {
	var in []*node
	for _, f := range flows {
		in = append(in, f.n)
	}
	return Flow[T]{n: joining(m, as, in...), open: func(b *build) (demand.Upstream[T], error) {
		var ups []demand.Upstream[T]
		for _, f := range flows {
			up, err := f.up(b)
			if err != nil {
				return nil, err
			}
			ups = append(ups, up)
		}
		return open(stage.NewRuntime(b.run, m), ups), nil
	}}
}

type concat[T any] struct {
	ups []demand.Upstream[T]
	err error
}

func (c *concat[T]) Pull(dst *demand.Chunk[T]) error {
	for len(c.ups) > 0 {
		err := c.ups[0].Pull(dst)
		if err != demand.ErrCompleted {
			return err
		}
		c.ups[0].Cancel(demand.ErrEnough)
		c.ups = c.ups[1:]
	}
	if c.err != nil {
		return c.err
	}
	return demand.ErrCompleted
}

func (c *concat[T]) Cancel(cause error) {
	c.err = cause
	for _, up := range c.ups {
		up.Cancel(cause)
	}
	c.ups = nil
}

// Broadcast gives every element to each of n flows. All of them must be read,
// in one Run. Each has a link of stage.Capacity elements (256).
//
// A slow branch holds all others back, once its link is full; with
// stage.DropSlow it loses elements instead, counted. A branch whose stage or
// sink fails ends the run; with stage.Detach the others go on. A branch that
// takes no more, like one that ends in Take, leaves; the others go on, and
// upstream is cancelled when all have left.
//
//	in              -a-b-c-|
//	Broadcast[0]    -a-b-c-|
//	Broadcast[1]    -a-b-c-|
//
// Elsewhere: Pekko Broadcast, Reactor publish, RxJava publish, ro Share,
// go-streams FanOut.
//
// emits when all branches that hold have room · backpressures when one of them
// has none · completes when upstream does · fails when upstream does · cancels
// when all branches have · starts 1 goroutine · holds what its links do
func Broadcast[T any](f Flow[T], n int, opts ...stage.Option) []Flow[T] {
	return fanOut(f, "Broadcast", n, engine.ToAll, nil, opts)
}

// Balance gives each element to one of n flows, whichever has room; they take
// turns by chunks. Use it to divide work among branches of equal kind. All must
// be read, in one Run.
//
//	in            -a-b-c-|
//	Balance[0]    -a---c-|
//	Balance[1]    ---b---|
//
// Elsewhere: Pekko Balance, go-streams RoundRobin.
//
// emits when a branch has room · backpressures when none has · completes when
// upstream does · fails when upstream does · cancels when all branches have ·
// order kept for each branch · starts 1 goroutine · holds what its links do
func Balance[T any](f Flow[T], n int, opts ...stage.Option) []Flow[T] {
	return fanOut(f, "Balance", n, engine.ToAny, nil, opts)
}

// Partition gives each element to the one of n flows whose number choose
// returns, from 0 to n-1; another number fails the stream. All must be read, in
// one Run. A branch without room holds all back, unless stage.DropSlow is given
// for it. Elements for a branch that has left are dropped and counted.
//
//	in                      -1-2-3-4-|
//	Partition(v % 2)[0]     ---2---4-|
//	Partition(v % 2)[1]     -1---3---|
//
// Elsewhere: Pekko Partition, rill OrderedSplit2, go-streams Split.
//
// emits when the branches have room · backpressures when one has none ·
// completes when upstream does · fails when upstream does, or choose is out of
// range · cancels when all branches have · order kept for each branch · starts 1
// goroutine · holds what its links do
func Partition[T any](f Flow[T], n int, choose func(T) int, opts ...stage.Option) []Flow[T] {
	return fanOut(f, "Partition", n, engine.ToMatched, choose, opts)
}

func fanOut[T any](f Flow[T], kind string, n int, route engine.Route, choose func(T) int, opts []stage.Option) []Flow[T] {
	m := stage.Configure(kind, stage.TakesCapacity|stage.TakesWindow|stage.TakesBranches, opts)
	m = m.Positive(n, "number of branches")
	if route == engine.ToMatched {
		m = m.Func(choose == nil, "function")
	}
	n = max(n, 1)
	hub := &node{meta: m, shape: isHub, in: nodes(f.n), branches: n, detached: f.detached()}
	var branches []engine.BranchOptions
	for i := range n {
		branches = append(branches, engine.BranchOptions{DropSlow: m.DropSlow != nil && m.DropSlow(i), Detach: m.Detach != nil && m.Detach(i)})
	}
	openHub := func(b *build) (*engine.Hub[T], error) {
		h, err := b.hub(hub, func() (any, error) {
			up, err := f.up(b)
			if err != nil {
				return nil, err
			}
			rt := stage.NewRuntime(b.run, m)
			return engine.NewHub(rt.Cell(), up, route, choose, branches, orDefault(m.Capacity, engine.HubCapacity), m.WindowMin, m.WindowMax), nil
		})
		if err != nil {
			return nil, err
		}
		return h.(*engine.Hub[T]), nil
	}
	var out []Flow[T]
	for i := range n {
		out = append(out, Flow[T]{
			n: &node{meta: stage.Meta{Kind: fmt.Sprintf("%s/%d", m.Title(), i)}, shape: isBranch, in: []*node{hub}, branch: i, detached: hub.detached || branches[i].Detach},
			open: func(b *build) (demand.Upstream[T], error) {
				h, err := openHub(b)
				if err != nil {
					return nil, err
				}
				up, err := h.Branch(i)
				if err != nil {
					return nil, &stage.Error{Stage: m.Title(), Err: err}
				}
				return up, nil
			},
		})
	}
	return out
}

// AlsoTo gives every element to a sink of its own as well, in the same run, on
// another goroutine. It is a Broadcast in two, and takes the same options:
// branch 0 is the flow that goes on, branch 1 the sink.
//
//	in          -a-b-c-|
//	sink        -a-b-c-|
//	AlsoTo      -a-b-c-|
//
// Elsewhere: Pekko alsoTo, Reactor publish, RxJava publish, rill Tee,
// go-streams FanOut.
//
// emits when both have room · backpressures when one has none · completes when
// upstream does · fails when upstream or the sink does · cancels when both have ·
// starts 2 goroutines · holds what its two links do
func (f Flow[T]) AlsoTo(s stage.Sink[T], opts ...stage.Option) Flow[T] {
	branches := fanOut(f, "AlsoTo", 2, engine.ToAll, nil, opts)
	return branches[0].beside(branches[1].To(s))
}

func orDefault(n, def int) int {
	if n == 0 {
		return def
	}
	return n
}
