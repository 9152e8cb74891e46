package bench

import (
	"context"

	"github.com/weir-go/weir/bench/chain"
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// weirChain is the chain as a user writes it; between puts something between
// the stages.
func weirChain(f flow.Flow[int], between func(flow.Flow[int]) flow.Flow[int]) flow.Flow[int] {
	f = between(f)
	f = between(flow.Via(f, operators.Map(chain.AddOne)))
	f = between(f.Via(operators.Filter(chain.Even)))
	return flow.Via(f, operators.Map(chain.Triple))
}

func fusedTogether(f flow.Flow[int]) flow.Flow[int] { return f }

func linked(f flow.Flow[int]) flow.Flow[int] { return f.Via(operators.Async[int](1024)) }

// weirFused counts every stage, as all runs do.
func weirFused(n int) (int, error) {
	return flow.Fold(context.Background(), weirChain(flow.From(source.Range(0, n)), fusedTogether), 0, chain.Add)
}

func weirLinks(n int) (int, error) {
	return flow.Fold(context.Background(), weirChain(flow.From(source.Range(0, n)), linked), 0, chain.Add)
}

func weirWindow1(n int) (sum int, err error) {
	each := func(x int) error { sum = chain.Add(sum, x); return nil }
	err = weirChain(flow.From(source.Range(0, n)), fusedTogether).
		To(sink.ForEach(each, stage.Window(1, 1))).Run(context.Background())
	return sum, err
}

func weirLineage(between func(flow.Flow[int]) flow.Flow[int]) func(n int) (int, error) {
	return func(n int) (int, error) {
		src := stage.NewSource(stage.Meta{Kind: "tracked"}, func(*stage.Runtime) demand.Upstream[int] {
			return &trackedRange{end: n}
		})
		return flow.Fold(context.Background(), weirChain(flow.From(src), between), 0, chain.Add)
	}
}

// bareFold is a variable, so that it is called like the fold of a run, which the
// compiler can't see through either.
var bareFold = chain.Add

// weirBare is the fused chain without the runtime, its counters and its
// watchman: the same stages, pulled from by a loop.
func weirBare(n int) (int, error) {
	up := source.Range(0, n).Open(nil)
	up = operators.Map(chain.AddOne).Open(nil, up)
	up = operators.Filter(chain.Even).Open(nil, up)
	up = operators.Map(chain.Triple).Open(nil, up)
	sum := 0
	in := demand.NewChunk[int](demand.DefaultWindow)
	in.SetIsland(demand.NewIsland())
	for {
		in.Reset(demand.DefaultWindow)
		if err := up.Pull(in); err != nil {
			break
		}
		hurry := in.HurryFlag()
		for _, x := range in.Items() {
			if sum = bareFold(sum, x); hurry.Load() {
				break
			}
		}
		in.Advance(in.Len())
	}
	return sum, nil
}

// trackedRange is a range whose reads of 500 elements have a lineage each.
type trackedRange struct {
	next, end, left int
	lineage         *demand.Lineage
}

func (s *trackedRange) Pull(dst *demand.Chunk[int]) error {
	if s.next == s.end {
		return demand.ErrCompleted
	}
	if s.left == 0 {
		s.left = min(500, s.end-s.next)
		s.lineage = demand.NewLineage(func(demand.Settlement) {})
	}
	n := min(dst.Free(), s.left)
	out := dst.Spare()[:n]
	for i := range out {
		out[i] = s.next + i
	}
	s.next += n
	dst.Grow(n)
	if s.left -= n; s.left == 0 {
		dst.SetLineage(s.lineage)
	} else {
		dst.SetLineage(s.lineage.Fork())
	}
	return nil
}

func (s *trackedRange) Cancel(error) {}
