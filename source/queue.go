package source

import (
	"context"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A HotQueue is a source into which any number of goroutines put elements,
// whether or not somebody asks for them. It is a stage.Source: give it to
// flow.From. Make one with Queue or QueueWith.
//
// Elements may be offered before the run starts; up to the capacity they wait
// for it. It serves one run; a second one is an error. At any moment its Stats
// say
//
//	in = out + dropped + held
type HotQueue[T any] struct {
	meta stage.Meta
	buf  *demand.Buffer[T]
}

// Queue returns a queue that holds at most capacity elements; o says what
// happens to those offered while it is full. Its order is that of arrival.
//
// Elsewhere: Pekko Source.queue, Reactor Sinks.Many unicast, RxJava
// UnicastProcessor.
//
// emits what is held, up to what was asked for · completes after Close, when
// nothing is held any more, or on drain, likewise · fails with
// demand.ErrBufferFull when it is full and o is demand.Fail, behind what is held
func Queue[T any](capacity int, o demand.Overflow, opts ...stage.Option) *HotQueue[T] {
	return QueueWith(demand.BufferConfig[T]{Capacity: capacity, Overflow: o}, opts...)
}

// QueueWith is Queue with all that a buffer can be told: a priority by a
// function, so that elements of a higher one leave first and those of the lowest
// are shed first, and a function that sees every element dropped. The name in
// cfg is that of the stage, unless the option Name gives another.
func QueueWith[T any](cfg demand.BufferConfig[T], opts ...stage.Option) *HotQueue[T] {
	m := stage.Configure("Queue", stage.TakesName, opts)
	if m.Name == "" {
		m.Name = cfg.Name
	}
	cfg.Name = m.Title()
	m.Once, m.DrainsItself = new(stage.Once), true
	if err := cfg.Check(); err != nil {
		m = m.Require(false, "%w", err)
		q := &HotQueue[T]{meta: m, buf: demand.NewBuffer(demand.BufferConfig[T]{Capacity: 1, Overflow: demand.Block})}
		q.buf.Close(err)
		return q
	}
	return &HotQueue[T]{meta: m, buf: demand.NewBuffer(cfg)}
}

// Offer puts v into the queue. It returns nil if v was taken, or was dropped as
// the strategy says, which Stats count. Otherwise v was not taken:
//
//   - demand.Shed: an *demand.OverloadError says why and when to try again
//   - demand.Block: ctx ended before there was room; the error is its cause
//   - demand.Fail: the error wraps demand.ErrBufferFull
//   - after Close, a drain, or the end of the run: it wraps demand.ErrClosed and
//     says why
func (q *HotQueue[T]) Offer(ctx context.Context, v T) error { return q.buf.Offer(ctx, v) }

// Close ends the queue: it takes no more, and completes when everything held has
// been delivered. Producers that wait for room get demand.ErrClosed.
func (q *HotQueue[T]) Close() { q.buf.Close(demand.ErrCompleted) }

// Stats returns the counts of one moment. Elements that Offer refused with an
// error are in Refused and nowhere else.
func (q *HotQueue[T]) Stats() demand.BufferStats { return q.buf.Stats() }

// RetryAfter estimates when what is held now will have been delivered; it shrinks
// as the queue drains. It is between 1 ms and 30 s.
func (q *HotQueue[T]) RetryAfter() time.Duration { return q.buf.RetryAfter() }

// Meta implements stage.Source.
func (q *HotQueue[T]) Meta() stage.Meta { return q.meta }

// Open implements stage.Source.
func (q *HotQueue[T]) Open(rt *stage.Runtime) demand.Upstream[T] {
	rt.WatchBuffer(q.buf.Stats)
	rt.OnDrain(func() { q.buf.Close(demand.ErrDrained) })
	return &queueEnd[T]{q.buf}
}

// queueEnd is where elements leave the queue.
type queueEnd[T any] struct{ *demand.Buffer[T] }

func (q *queueEnd[T]) Pull(dst *demand.Chunk[T]) error {
	err := q.Buffer.Pull(dst)
	if err == demand.ErrDrained {
		return demand.ErrCompleted // all that was accepted has been delivered
	}
	return err
}
