package flow

import (
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A PartitionHub gives each element of one run to one of any number of others,
// which join and leave at any time; a function of the element and of who is there
// chooses. One pipeline ends in Sink, the others begin with a Source. Make one
// with NewPartitionHub.
//
// Each consumer has a buffer, and says what happens when it is full. While there
// is no consumer, the producer waits for one. An element whose consumer leaves
// before it was taken in is given to another; those that the consumer holds when
// it leaves are abandoned, and a source that keeps account delivers them again.
type PartitionHub[T any] struct {
	members *members[T]
	choose  func(v T, present []Consumer) int
}

// A Consumer is one of those of a hub.
type Consumer struct {
	ID   int    // counts up from 1 in order of joining
	Name string // of its source's stage, in its run
	held func() int
}

// Held returns how many elements the consumer has not taken yet.
func (c Consumer) Held() int {
	if c.held == nil {
		return 0
	}
	return c.held()
}

// NewPartitionHub returns a hub without consumers. choose returns which of those
// present an element is for, from 0 to len(present)-1; another number fails the
// producer. present is in order of joining, never empty, and not to be changed.
//
// Elsewhere: Pekko PartitionHub.
func NewPartitionHub[T any](choose func(v T, present []Consumer) int) *PartitionHub[T] {
	return &PartitionHub[T]{newMembers[T](), choose}
}

// Close ends the hub: consumers complete when they have got what they hold, those
// that come later at once, and the producer has enough.
func (h *PartitionHub[T]) Close() { h.members.end(demand.ErrCompleted) }

// Consumers returns how many there are now.
func (h *PartitionHub[T]) Consumers() int {
	all, _, _ := h.members.present()
	return len(all)
}

// Source is a consumer's end. Each run of it joins anew, when it is started. It
// holds at most n elements; overflow says what happens to more, as for
// BroadcastHub.Source; with demand.Fail this consumer ends, and the element goes
// to another.
//
// emits what is given to it · completes when the producer does or the hub is
// closed, after what it holds, or on drain, likewise · fails when the producer
// does, and when it is full with Fail, behind what it holds · holds at most n
// elements
func (h *PartitionHub[T]) Source(n int, overflow demand.Overflow, opts ...stage.Option) stage.Source[T] {
	return h.members.source("PartitionHub", n, overflow, opts)
}

// Sink is the producer's end, for one run. The hub ends when that does.
//
// backpressures when the consumer chosen is full, with demand.Block, and while
// there is no consumer · completes when upstream does, and all consumers with it,
// or when the hub is closed · fails when upstream does or choose is out of range,
// and all consumers with it · handled when its consumer has handled it
func (h *PartitionHub[T]) Sink(opts ...stage.Option) stage.Sink[T] {
	m := stage.Configure("PartitionHub", stage.TakesWindow, opts).Func(h.choose == nil, "function")
	m.Once = new(stage.Once)
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] {
		p := &partitioner[T]{choose: h.choose}
		return &hubWriter[T]{members: h.members, rt: rt, give: p.give, answers: true}
	})
}

// partitioner keeps what choose sees of the consumers until these change.
type partitioner[T any] struct {
	choose  func(T, []Consumer) int
	seen    []*member[T]
	present []Consumer
}

func (p *partitioner[T]) give(w *hubWriter[T], all []*member[T], in *demand.Chunk[T]) error {
	if len(p.seen) != len(all) || &p.seen[0] != &all[0] {
		p.look(all)
	}
	v := in.Items()[0]
	k := p.choose(v, p.present)
	if k < 0 || k >= len(all) {
		return fmt.Errorf("element %v was given to consumer %d of %d", v, k, len(all))
	}
	taken, err := w.offer(all[k], in)
	if taken {
		in.Advance(1)
	}
	return err
}

func (p *partitioner[T]) look(all []*member[T]) {
	p.seen, p.present = all, nil
	for _, m := range all {
		p.present = append(p.present, Consumer{m.id, m.name, func() int { return m.capacity - m.buf.Room() }})
	}
}
