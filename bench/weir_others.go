package bench

import (
	"context"
	"errors"

	"github.com/weir-go/weir/bench/batch"
	"github.com/weir-go/weir/bench/parallel"
	"github.com/weir-go/weir/bench/ping"
	"github.com/weir-go/weir/bench/scenario"
	"github.com/weir-go/weir/bench/slow"
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func add(sum, x int) int { return sum + x }

// weirHandover asks for one element at a time over one link of one element.
func weirHandover(n int) (sum int, err error) {
	one := stage.Window(1, 1)
	err = flow.From(source.Range(0, n)).Via(operators.Async[int](1, one)).
		To(sink.ForEach(func(x int) error { sum += x; return nil }, one)).Run(context.Background())
	return sum, err
}

// weirTrickle asks for one element at a time over a link with room for many.
func weirTrickle(n int) (sum int, err error) {
	one := stage.Window(1, 1)
	err = flow.From(source.Range(0, n)).Via(operators.Async[int](1024, one)).
		To(sink.ForEach(func(x int) error { sum += x; return nil }, one)).Run(context.Background())
	return sum, err
}

func weirPing(hops int) scenario.Run {
	return func(n int) (sum int, err error) {
		turn := ping.NewTurn()
		f := flow.From(stage.NewSource(stage.Meta{Kind: "turns", Blocking: true}, func(*stage.Runtime) demand.Upstream[int] {
			return &turns{turn: turn, end: n}
		}))
		for range hops {
			f = f.Via(operators.Async[int](16))
		}
		err = f.To(sink.ForEach(func(x int) error { sum += x; turn.Pass(); return nil })).Run(context.Background())
		return sum, err
	}
}

// turns makes one element each time it has its turn.
type turns struct {
	turn      ping.Turn
	next, end int
}

func (s *turns) Pull(dst *demand.Chunk[int]) error {
	if s.next == s.end {
		return demand.ErrCompleted
	}
	s.turn.Wait()
	dst.Append(s.next)
	s.next++
	return nil
}

func (s *turns) Cancel(error) {}

func weirMerge(producers int) scenario.Run {
	return func(n int) (int, error) {
		var flows []flow.Flow[int]
		for i := range producers {
			lo, hi := scenario.Share(n, i, producers)
			flows = append(flows, flow.From(source.Range(lo, hi)))
		}
		return flow.Fold(context.Background(), flow.Merge(flows...), 0, add)
	}
}

func weirParallel(fold func(acc, x int) int, opts ...stage.Option) scenario.Run {
	return func(n int) (int, error) {
		burn := func(x int) (int, error) { return parallel.Burn(x), nil }
		opts := append([]stage.Option{stage.Workers(parallel.Workers())}, opts...)
		return flow.Fold(context.Background(), flow.Via(flow.From(source.Range(0, n)), operators.MapErr(burn, opts...)), 0, fold)
	}
}

func weirBatch(n int) (int, error) {
	f := flow.Via(flow.From(source.Range(0, n)), operators.Batch[int](batch.Size, 0))
	return flow.Fold(context.Background(), f, 0, func(sum int, b []int) int { return sum + batch.Weigh(b) })
}

// weirSlow has its slow stage between two links.
func weirSlow(ctx context.Context, n int, got func(int)) error {
	f := flow.From(source.Range(0, n)).Via(operators.Async[int](16))
	f = flow.Via(f, operators.Map(func(x int) int { return slow.Nap(ctx, x) })).Via(operators.Async[int](16))
	err := f.To(sink.ForEach(func(x int) error { got(x); return nil })).Run(ctx)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
