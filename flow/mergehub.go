package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A MergeHub brings elements of any number of runs together in one: pipelines
// that start and end at any time, each with Sink as its sink, and one that begins
// with Source. Make one with NewMergeHub.
//
// It holds a bounded number of elements in all, and producers wait for room. Those
// of one producer keep their order; between producers there is none. Elements may
// come before the consumer starts; up to the capacity they wait for it.
//
// What a producer's source reads counts as handled when the consumer has handled
// it. A producer whose run ends before that leaves those reads uncommitted, and
// they are delivered again another time.
type MergeHub[T any] struct {
	meta stage.Meta
	buf  *demand.Buffer[T]
}

// NewMergeHub returns a hub that holds at most capacity elements.
//
// Elsewhere: Pekko MergeHub, Reactor Sinks.Many unicast.
func NewMergeHub[T any](capacity int, opts ...stage.Option) *MergeHub[T] {
	m := stage.Configure("MergeHub", stage.TakesName, opts).Positive(capacity, "capacity")
	cfg := demand.BufferConfig[T]{Name: m.Title(), Capacity: max(capacity, 1), Overflow: demand.Block}
	m.Once, m.DrainsItself = new(stage.Once), true
	return &MergeHub[T]{meta: m, buf: demand.NewBuffer(cfg)}
}

// Close ends the hub: the consumer completes when it has got everything held, and
// producers, those that wait for room too, have enough. What they could not give
// counts as discarded in their runs.
func (h *MergeHub[T]) Close() { h.buf.Close(demand.ErrCompleted) }

// Stats returns the counts of one moment.
func (h *MergeHub[T]) Stats() demand.BufferStats { return h.buf.Stats() }

// Source is the consumer's end, for one run.
//
// emits what the producers give · completes after Close, when nothing is held any
// more, or on drain, likewise · never fails · holds at most capacity elements
func (h *MergeHub[T]) Source() stage.Source[T] {
	return stage.NewSource(h.meta, func(rt *stage.Runtime) demand.Upstream[T] {
		return openHubEnd(rt, h.buf, func() {})
	})
}

// Sink is the producers' end, for any number of runs at any time. A producer that
// ends does not end the hub.
//
// backpressures when the hub is full · completes when upstream does, or the hub
// was closed or drained or its consumer has enough · fails when upstream does, or
// the consumer's run has · handled when the consumer has handled it
func (h *MergeHub[T]) Sink(opts ...stage.Option) stage.Sink[T] {
	m := stage.Configure("MergeHub", stage.TakesWindow, opts)
	m = m.Require(h.meta.Err == nil, "%w", h.meta.Err)
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] { return &mergeHubWriter[T]{h, rt} })
}

type mergeHubWriter[T any] struct {
	hub *MergeHub[T]
	rt  *stage.Runtime
}

func (w *mergeHubWriter[T]) Write(in *demand.Chunk[T]) error {
	for in.Len() > 0 {
		if err := offer(w.rt, w.hub.buf, in); err != nil {
			return over(err)
		}
		if in.Hurry() {
			break
		}
	}
	return nil
}

func (w *mergeHubWriter[T]) Flush() error      { return nil }
func (w *mergeHubWriter[T]) Close(error) error { return nil }
