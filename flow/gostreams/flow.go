package gostreams

import (
	"sync"
	"sync/atomic"

	streams "github.com/reugn/go-streams"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Flow runs elements through a flow of go-streams. open makes it, anew for each
// run. A panic of a function that it calls ends the program, as it does there:
// also that of their type assertion, where In is not what their flow takes.
//
//	in             -a-b-c---|
//	Flow(NewMap)   --A-B-C--|
//
// emits when their flow does · backpressures when their flow takes nothing, which
// is when downstream takes nothing, or as far ahead as it holds elements ·
// completes when their flow closes its channel · fails when upstream does, behind
// what their flow makes of the elements before, or when an element of theirs is
// not an Out · cancels by closing what their flow takes elements from, and
// receives until it has ended · handled when their flow has taken an element ·
// starts 2 goroutines beside theirs
func Flow[In, Out any](open func() streams.Flow, opts ...stage.Option) stage.Stage[In, Out] {
	return makeFlow[In, Out]("GoStreamsFlow", open == nil, untied(open), opts)
}

func untied(open func() streams.Flow) func(*Tie) (streams.Inlet, streams.Outlet, error) {
	return func(*Tie) (streams.Inlet, streams.Outlet, error) {
		f := open()
		if f == nil {
			return nil, nil, errNil
		}
		return f, f, nil
	}
}

// FlowTied is Flow for what wants a [Tie], can fail when it is made, or has its
// two ends apart, as a chain of flows has: what goes into in has to come out of
// out, which has to close when in is closed.
func FlowTied[In, Out any](open func(t *Tie) (in streams.Inlet, out streams.Outlet, err error), opts ...stage.Option) stage.Stage[In, Out] {
	return makeFlow[In, Out]("GoStreamsFlow", open == nil, open, opts)
}

const each = "GoStreamsEach"

func makeFlow[In, Out any](kind string, none bool, open func(*Tie) (streams.Inlet, streams.Outlet, error), opts []stage.Option) stage.Stage[In, Out] {
	m := stage.Configure(kind, stage.TakesWindow|stage.TakesCapacity, opts).Func(none, "function")
	m.Link = true
	if m.Capacity == 0 {
		m.Capacity = defaultCapacity
	}
	m = small(m)
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		c := &crossing[In, Out]{
			open: open, opened: make(chan struct{}), gone: make(chan struct{}), fed: make(chan struct{}),
		}
		c.receiver = receiver[Out]{rt: rt, tie: newTie(rt, rt.Context()), over: c.over}
		c.sender.ctx = c.tie.ctx
		if kind == each {
			c.receiver.tags = &tags{}
			c.sender.tags = c.receiver.tags
		}
		run := rt.Cell().Run
		c.stop = engine.Feed(run.NewCell(rt.Name()+"/in", "link"), up, c.give, c.end, m.WindowMin, m.WindowMax)
		out := engine.Meter[Out](rt.Cell(), &far[In, Out]{c}, false)
		return &near[In, Out]{engine.Link(rt.Cell(), out, m.Capacity, m.WindowMin, m.WindowMax), c}
	})
}

// A crossing is a flow of theirs in a run of ours. Elements come to it on one
// island, which gives them, and leave it on another, which receives.
type crossing[In, Out any] struct {
	sender[In]
	receiver[Out]
	open  func(*Tie) (streams.Inlet, streams.Outlet, error)
	stop  func() // ends the island that gives
	ended atomic.Pointer[error]
	once  sync.Once

	opened chan struct{} // closed when theirs is made
	gone   chan struct{} // closed when nobody receives any more
	fed    chan struct{} // closed when nobody gives any more
}

// give gives elements to theirs, on the island above.
func (c *crossing[In, Out]) give(in *demand.Chunk[In]) error {
	select {
	case <-c.opened:
	case <-c.tie.ctx.Done():
		return demand.ErrStopped
	case <-c.gone:
		return demand.ErrStopped
	}
	if c.send(in) != nil {
		return demand.ErrStopped // whoever did says why
	}
	return nil
}

// end is the end of what is given.
func (c *crossing[In, Out]) end(err error) {
	defer close(c.fed)
	select {
	case <-c.opened:
	case <-c.gone:
	}
	c.ended.Store(&err)
	c.close()
}

// over is the end of what is received. Theirs may close before it was given
// everything.
func (c *crossing[In, Out]) over() error {
	if err := c.tie.Err(); err != nil {
		return err
	}
	err := demand.ErrCompleted
	if ended := c.ended.Load(); ended != nil {
		err = *ended
	}
	if err == demand.ErrCompleted && c.receiver.tags.left() {
		return ErrCount
	}
	return err
}

// leave makes the giving end.
func (c *crossing[In, Out]) leave() {
	c.tie.cancel()
	c.stop()
}

// far is the end of a crossing on the other side of the link.
type far[In, Out any] struct{ c *crossing[In, Out] }

func (f *far[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	c := f.c
	if c.from == nil && c.receiver.err == nil {
		c.receiver.err = c.begin()
	}
	return c.pull(dst)
}

// begin makes theirs.
func (c *crossing[In, Out]) begin() error {
	in, out, err := c.open(c.tie)
	if err != nil {
		return err
	}
	if in == nil || out == nil {
		return errNil
	}
	c.to, c.from = in.In(), out.Out()
	close(c.opened)
	return c.tie.Err()
}

func (f *far[In, Out]) Cancel(cause error) {
	c := f.c
	c.once.Do(func() {
		c.leave()
		close(c.gone)
		if c.from != nil && !c.drain(c.fed) {
			_ = c.tie.left()
		}
		c.receiver.tags.abandon(cause)
	})
	if c.receiver.err == nil {
		c.receiver.err = cause
	}
}

// near is the end of the link.
type near[In, Out any] struct {
	demand.Upstream[Out]
	c *crossing[In, Out]
}

func (n *near[In, Out]) Cancel(cause error) {
	n.c.leave()
	n.Upstream.Cancel(cause)
}
