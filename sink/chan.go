package sink

import (
	"context"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Chan sends every element to ch, and waits for room there; the end of the run
// ends the wait. ch stays open; see ClosingChan.
//
// backpressures when ch has no room · completes when upstream does · fails when
// upstream does · handled when sent
func Chan[T any](ch chan<- T, opts ...stage.Option) stage.Sink[T] {
	m := stage.Configure("Chan", stage.TakesWindow, opts).Func(ch == nil, "channel")
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] {
		return &channel[T]{ctx: rt.Context(), ch: ch}
	})
}

// ClosingChan is Chan, and closes ch at the end, however the run ends. It serves
// one run. A receiver that ranges over ch learns from Run or Wait whether it got
// everything.
//
// Elsewhere: rill ToChans.
//
// backpressures when ch has no room · completes when upstream does · fails when
// upstream does · handled when sent
func ClosingChan[T any](ch chan<- T, opts ...stage.Option) stage.Sink[T] {
	m := stage.Configure("ClosingChan", stage.TakesWindow, opts).Func(ch == nil, "channel")
	m.Once = new(stage.Once)
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] {
		return &channel[T]{ctx: rt.Context(), ch: ch, closes: true}
	})
}

type channel[T any] struct {
	ctx    context.Context
	ch     chan<- T
	closes bool
}

func (c *channel[T]) Write(in *demand.Chunk[T]) (err error) {
	n := 0
	for _, v := range in.Items() {
		if err = c.send(in, v); err != nil {
			break
		}
		if n++; in.Hurry() {
			break
		}
	}
	in.Advance(n)
	return err
}

func (c *channel[T]) send(in *demand.Chunk[T], v T) error {
	select {
	case c.ch <- v:
		return nil
	default:
	}
	defer stage.WaitsForRoom(in)()
	select {
	case c.ch <- v:
		return nil
	case <-c.ctx.Done():
		return context.Cause(c.ctx)
	}
}

func (c *channel[T]) Flush() error { return nil }

func (c *channel[T]) Close(error) error {
	if c.closes {
		close(c.ch)
	}
	return nil
}
