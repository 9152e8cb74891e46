package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A BroadcastHub gives every element of one run to any number of others, which
// join and leave at any time; each gets what comes after it has joined. One
// pipeline ends in Sink, the others begin with a Source. Make one with
// NewBroadcastHub.
//
// Each consumer has a buffer, and says what happens when it is full: with
// demand.Block the producer waits, and so do all others, once they have taken
// what they hold; with the others nobody notices. While there is no consumer, the
// producer waits for one.
//
// What the producer's source reads counts as handled when all consumers that
// got it have handled it, or have left.
type BroadcastHub[T any] struct{ members *members[T] }

// NewBroadcastHub returns a hub without consumers.
//
// Elsewhere: Pekko BroadcastHub, Reactor Sinks.Many multicast, RxJava
// PublishProcessor.
func NewBroadcastHub[T any]() *BroadcastHub[T] { return &BroadcastHub[T]{newMembers[T]()} }

// Close ends the hub: consumers complete when they have got what they hold, those
// that come later at once, and the producer has enough.
func (h *BroadcastHub[T]) Close() { h.members.end(demand.ErrCompleted) }

// Consumers returns how many there are now.
func (h *BroadcastHub[T]) Consumers() int {
	all, _, _ := h.members.present()
	return len(all)
}

// Source is a consumer's end. Each run of it joins anew, when it is started. It
// holds at most n elements; overflow says what happens to more, without regard
// of the others: demand.Block holds the producer back; DropNewest, DropOldest,
// DropBuffer and Shed drop some, counted in its stage; Fail ends this consumer
// with demand.ErrBufferFull, behind what it holds.
//
// emits what the producer gives · completes when the producer does or the hub is
// closed, after what it holds, or on drain, likewise · fails when the producer
// does, and when it is full with Fail, behind what it holds · holds at most n
// elements
func (h *BroadcastHub[T]) Source(n int, overflow demand.Overflow, opts ...stage.Option) stage.Source[T] {
	return h.members.source("BroadcastHub", n, overflow, opts)
}

// Sink is the producer's end, for one run. The hub ends when that does.
//
// backpressures when a consumer with demand.Block is full, and while there is no
// consumer · completes when upstream does, and all consumers with it, or when the
// hub is closed · fails when upstream does, and all consumers with it ·
// handled when all that got it have handled it
func (h *BroadcastHub[T]) Sink(opts ...stage.Option) stage.Sink[T] {
	m := stage.Configure("BroadcastHub", stage.TakesWindow, opts)
	m.Once = new(stage.Once)
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] {
		return &hubWriter[T]{members: h.members, rt: rt, give: toAll[T]}
	})
}

// toAll gives the front element of in to all.
func toAll[T any](w *hubWriter[T], all []*member[T], in *demand.Chunk[T]) error {
	taken := false
	for _, m := range all {
		ok, err := w.offer(m, in)
		if err != nil {
			return err
		}
		taken = taken || ok
	}
	if taken {
		in.Advance(1)
	}
	return nil
}
