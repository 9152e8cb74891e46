package main

import (
	"cmp"
	"context"
	"errors"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
)

// graphRows are those of package flow that have several inputs or branches.
func graphRows() []row {
	return []row{
		graph("flow.Merge", "2 flows", func(n int) []flow.Pipeline { return discard(flow.Merge(numbers(n-n/2), numbers(n/2))) }),
		graph("flow.MergePreferred", "2 flows", func(n int) []flow.Pipeline { return discard(flow.MergePreferred(numbers(n-n/2), numbers(n/2))) }),
		graph("flow.MergePrioritized", "2 flows, weights 20 and 10", func(n int) []flow.Pipeline {
			return discard(flow.MergePrioritized([]int{20, 10}, numbers(n-n/2), numbers(n/2)))
		}),
		graph("flow.Race", "2 flows, by those of one", func(n int) []flow.Pipeline { return discard(flow.Race(numbers(n), numbers(n))) }),
		graph("flow.CombineLatest", "1 of the other", func(n int) []flow.Pipeline { return discard(flow.CombineLatest(numbers(n), numbers(1), add)) }),
		graph("flow.ZipLatest", "2 flows, by those of one", func(n int) []flow.Pipeline { return discard(flow.ZipLatest(numbers(n), numbers(n), add)) }),
		graph("flow.WithLatestFrom", "1 of the other", func(n int) []flow.Pipeline { return discard(flow.WithLatestFrom(numbers(n), numbers(1), add)) }),
		graph("flow.Concat", "2 flows", func(n int) []flow.Pipeline { return discard(flow.Concat(numbers(n-n/2), numbers(n/2))) }),
		graph("flow.Zip", "2 flows, by pair", func(n int) []flow.Pipeline { return discard(flow.Zip(numbers(n), numbers(n))) }),
		graph("flow.ZipWith", "2 flows, by pair", func(n int) []flow.Pipeline { return discard(flow.ZipWith(numbers(n), numbers(n), add)) }),
		graph("flow.Zip3", "3 flows, by triple", func(n int) []flow.Pipeline { return discard(flow.Zip3(numbers(n), numbers(n), numbers(n))) }),
		graph("flow.Zip3With", "3 flows, by triple", func(n int) []flow.Pipeline {
			return discard(flow.Zip3With(numbers(n), numbers(n), numbers(n), func(a, b, c int) int { return a + b + c }))
		}),
		graph("flow.Zip4", "4 flows, by quad", func(n int) []flow.Pipeline {
			return discard(flow.Zip4(numbers(n), numbers(n), numbers(n), numbers(n)))
		}),
		graph("flow.Zip4With", "4 flows, by quad", func(n int) []flow.Pipeline {
			return discard(flow.Zip4With(numbers(n), numbers(n), numbers(n), numbers(n), func(a, b, c, d int) int { return a + b + c + d }))
		}),
		graph("flow.MergeSorted", "2 flows", func(n int) []flow.Pipeline {
			return discard(flow.MergeSorted(cmp.Compare[int], numbers(n-n/2), numbers(n/2)))
		}),
		graph("flow.Interleave", "2 flows, 8 of each", func(n int) []flow.Pipeline { return discard(flow.Interleave(8, numbers(n-n/2), numbers(n/2))) }),
		graph("flow.Flow.Prepend", "1", func(n int) []flow.Pipeline { return discard(numbers(n).Prepend(-1)) }),
		graph("flow.Flow.OrElse", "", func(n int) []flow.Pipeline { return discard(numbers(n).OrElse(numbers(n))) }),

		graph("flow.Broadcast", "2 branches", func(n int) []flow.Pipeline { return discard(flow.Broadcast(numbers(n), 2)...) }),
		graph("flow.Balance", "2 branches", func(n int) []flow.Pipeline { return discard(flow.Balance(numbers(n), 2)...) }),
		graph("flow.Partition", "2 branches", func(n int) []flow.Pipeline {
			return discard(flow.Partition(numbers(n), 2, func(v int) int { return v & 1 })...)
		}),
		graph("flow.Flow.AlsoTo", "", func(n int) []flow.Pipeline { return discard(numbers(n).AlsoTo(sink.Discard[int]())) }),
		graph("flow.Flow.DivertTo", "half of them", func(n int) []flow.Pipeline { return discard(numbers(n).DivertTo(sink.Discard[int](), even)) }),
		graph("flow.Flow.WireTap", "", func(n int) []flow.Pipeline { return discard(numbers(n).WireTap(sink.Discard[int]())) }),
		graph("flow.Unzip", "", func(n int) []flow.Pipeline {
			a, b := flow.Unzip(numbers(n), func(v int) (int, bool) { return v, even(v) })
			return append(discard(a), discard(b)...)
		}),

		hub("flow.NewMergeHub", "256, 1 producer", func() ([]stage.Source[int], stage.Sink[int], func()) {
			h := flow.NewMergeHub[int](256)
			return []stage.Source[int]{h.Source()}, h.Sink(), h.Close
		}),
		hub("flow.NewBroadcastHub", "2 consumers, 256, Block", func() ([]stage.Source[int], stage.Sink[int], func()) {
			h := flow.NewBroadcastHub[int]()
			return []stage.Source[int]{h.Source(256, demand.Block), h.Source(256, demand.Block)}, h.Sink(), h.Close
		}),
		hub("flow.NewPartitionHub", "2 consumers, 256, Block", func() ([]stage.Source[int], stage.Sink[int], func()) {
			h := flow.NewPartitionHub(func(v int, present []flow.Consumer) int { return v & 1 % len(present) })
			return []stage.Source[int]{h.Source(256, demand.Block), h.Source(256, demand.Block)}, h.Sink(), h.Close
		}),
	}
}

// hub is a hub with one producer, of n elements, and its consumers, each in a run
// of its own. It needs memory each time somebody waits.
func hub(name, what string, open func() ([]stage.Source[int], stage.Sink[int], func())) row {
	return row{name: name, what: what, run: func(ctx context.Context, n int) error {
		sources, end, done := open()
		var consumers []*flow.Running
		for _, s := range sources {
			r, err := flow.From(s).To(sink.Discard[int]()).Start(ctx)
			if err != nil {
				return err
			}
			consumers = append(consumers, r)
		}
		err := numbers(n).To(end).Run(ctx)
		done()
		for _, r := range consumers {
			err = errors.Join(err, r.Wait())
		}
		return err
	}, memory: "a few bytes each time the producer waits for room, or a consumer for an element"}
}
