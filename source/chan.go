package source

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Chan emits what ch delivers, until ch is closed. It takes what is there, up to
// what was asked for, and waits only while there is nothing. It serves one run;
// a second one is an error.
//
// Elsewhere: rill FromChan, ro FromChannel, go-streams NewChanSource.
//
// emits when ch delivers · completes when ch is closed, or on drain: what is
// still in ch stays there · never fails
func Chan[T any](ch <-chan T, opts ...stage.Option) stage.Source[T] {
	m := stage.Configure("Chan", stage.TakesName, opts).Func(ch == nil, "channel")
	m.Blocking, m.Once = true, new(stage.Once)
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		return &channel[T]{rt: rt, ch: ch}
	})
}

type channel[T any] struct {
	ending
	rt *stage.Runtime
	ch <-chan T
}

func (c *channel[T]) Pull(dst *demand.Chunk[T]) error {
	if c.err != nil {
		return c.err
	}
	c.take(dst)
	if dst.Len() == 0 && c.err == nil && !dst.Patience().IsNoWait() {
		c.wait(dst)
	}
	if dst.Len() > 0 {
		return nil // an end comes with the next pull
	}
	return c.err
}

// take takes what is there without waiting.
func (c *channel[T]) take(dst *demand.Chunk[T]) {
	for dst.Free() > 0 {
		select {
		case v, open := <-c.ch:
			if !open {
				c.err = demand.ErrCompleted
				return
			}
			dst.Append(v)
		default:
			return
		}
	}
}

// wait waits for one element and takes what has come with it.
func (c *channel[T]) wait(dst *demand.Chunk[T]) {
	var late <-chan time.Time
	if until, timed := dst.Patience().Deadline(); timed {
		t := time.NewTimer(time.Until(until))
		defer t.Stop()
		late = t.C
	}
	if v, open := c.receive(dst, late); open {
		dst.Append(v)
		c.take(dst)
	}
}

func (c *channel[T]) receive(dst *demand.Chunk[T], late <-chan time.Time) (v T, got bool) {
	defer stage.Waits(dst)()
	select {
	case v, got = <-c.ch:
		if !got {
			c.err = demand.ErrCompleted
		}
	case <-late:
	case <-c.rt.Reads().Done():
		c.err = endOfReads(c.rt)
	}
	return v, got
}
