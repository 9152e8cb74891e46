package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Buffer holds up to n elements between two goroutines, and does what overflow
// says with those that come while it is full:
//
//   - demand.Block: upstream waits, as with Async.
//   - demand.DropNewest, DropOldest, DropBuffer: some are dropped.
//   - demand.Shed: as nobody can be told here, the one that comes is dropped.
//   - demand.Fail: the stream fails with an error that wraps
//     demand.ErrBufferFull, behind what is held.
//
// But for Block, upstream never waits: it is asked again and again, however slow
// downstream is. Use those strategies behind a source that would lose elements
// by itself, or where old ones have no value. Each drop is counted with its
// reason, in Dropped of the stage and in its Buffer counts; a dropped element
// counts as handled.
//
//	in                      abcde------|
//	downstream is busy      a----------
//	Buffer(2, DropOldest)   a-----d-e--|     b and c are dropped, counted
//
// Elsewhere: Pekko buffer, Reactor onBackpressureBuffer, Reactor
// onBackpressureDrop, RxJava onBackpressureBuffer, go-streams PassThrough.
//
// emits when it holds something · backpressures when it is full, with Block ·
// completes when upstream does, after what is held · fails when upstream does,
// and when it is full with Fail, behind what is held · cancels when downstream
// does · starts 1 goroutine · holds at most n elements
func Buffer[T any](n int, overflow demand.Overflow, opts ...stage.Option) stage.Stage[T, T] {
	return BufferWith(demand.BufferConfig[T]{Capacity: n, Overflow: overflow}, opts...)
}

// BufferWith is Buffer with all that a buffer can be told: with a Priority,
// elements of a higher value leave first, and with demand.Shed those of the
// lowest are shed first; OnDrop sees each element dropped and the reason, also
// those that are held when the stream is cut off, with demand.ReasonClosed. Both
// are called one at a time: Priority on the goroutine of what is above the
// buffer, OnDrop on that or, at the end, on the one below. The config's Name is
// not used; see stage.Name.
//
//	in                         (a1b9c5)----|    a letter and its priority
//	downstream is busy         a1----------
//	BufferWith(2, priority)    a1-----b9-c5|
//
// Elsewhere: Pekko buffer, Reactor onBackpressureBuffer, RxJava
// onBackpressureBuffer.
//
// emits when it holds something · backpressures when it is full, with Block ·
// completes when upstream does, after what is held · fails when upstream does,
// and when it is full with Fail, behind what is held · cancels when downstream
// does · starts 1 goroutine · holds at most Capacity elements · keeps order
// within a priority
func BufferWith[T any](config demand.BufferConfig[T], opts ...stage.Option) stage.Stage[T, T] {
	return newBuffer("Buffer", config, opts)
}

func newBuffer[T any](kind string, config demand.BufferConfig[T], opts []stage.Option) stage.Stage[T, T] {
	m := stage.Configure(kind, stage.TakesWindow, opts).Positive(config.Capacity, "capacity")
	m = m.Require(config.Overflow.Valid(), "unknown overflow strategy %d", uint8(config.Overflow))
	m.Link, m.Capacity = true, config.Capacity
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return engine.Buffer(rt.Cell(), up, config, m.WindowMin, m.WindowMax)
	})
}
