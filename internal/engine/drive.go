package engine

import (
	"errors"
	"math"
	"time"

	"github.com/weir-go/weir/demand"
)

// A Writer is the inside of a sink.
type Writer[T any] interface {
	// Write takes elements off in, at least one, or fails.
	Write(in *demand.Chunk[T]) error
	// Flush returns when what was written is held by what the sink writes to.
	Flush() error
	// Close ends writing. cause is nil when everything was written and flushed.
	Close(cause error) error
}

// A Demander is a Writer that takes only what it was asked for.
type Demander interface {
	// Demand returns how many elements may be requested of upstream now. If that is
	// none, the sink waits until it is told to look again with wake, the same
	// function in each call.
	Demand(wake func()) int64
}

// SinkOptions say how a sink is driven.
type SinkOptions struct {
	WindowMin, WindowMax int
	Flushes              bool          // elements count as handled after Flush, not after Write
	FlushEvery           int           // elements, if Flushes
	FlushAfter           time.Duration // at most this long after the first element, if Flushes
	Detached             bool          // a failure is the branch's own
}

// Capacities of links that nobody sized.
const (
	AutoCapacity  = 1024 // between a source and a stage that can't wait for it
	MergeCapacity = 1024
	HubCapacity   = 256
)

const (
	defaultFlushEvery = 1000
	defaultFlushAfter = time.Second
	maxPending        = 256 // lineages held for one flush
)

// Sink adds an island that pulls from up and writes to w. If here is not nil,
// it is set to the body of the island, which the caller runs.
func Sink[T any](cell *Cell, up demand.Upstream[T], w Writer[T], opt SinkOptions, here *func()) {
	if opt.FlushEvery <= 0 {
		opt.FlushEvery = defaultFlushEvery
	}
	if opt.FlushAfter <= 0 {
		opt.FlushAfter = defaultFlushAfter
	}
	cell.Run.sinks.Add(1)
	d := &sinkDriver[T]{r: cell.Run, cell: cell, up: up, w: w, opt: opt, pace: newPacer(opt.WindowMin, opt.WindowMax)}
	d.demander, _ = w.(Demander)
	d.unasked = demand.Waiting{Link: cell.Name, ForRoom: true, Outside: true}
	if here == nil {
		cell.Run.island(cell, d.drive)
		return
	}
	isl := cell.Run.newIsland(cell)
	cell.Run.wg.Add(1)
	*here = func() {
		defer cell.Run.wg.Done()
		isl.run(d.drive)
	}
}

type sinkDriver[T any] struct {
	r    *Run
	cell *Cell
	up   demand.Upstream[T]
	w    Writer[T]
	opt  SinkOptions
	pace pacer

	h       *island
	in      demand.Chunk[T]
	pending []*demand.Lineage
	dirty   int       // elements written since the last flush
	first   time.Time // when the first of them was written

	demander Demander // w, if it is one
	credit   int64    // what it wanted last
	unasked  demand.Waiting
	wake     func()
}

func (d *sinkDriver[T]) drive(h *island) {
	d.h, d.pace.h, d.wake = h, h, h.Wake
	d.in.SetIsland(h.Island)
	err := h.protect(d.loop)
	switch {
	case err == demand.ErrCompleted:
		err = nil
	case d.r.stopped.Load() && (err == demand.ErrStopped || err == nil):
		err = d.r.cause()
	}
	h.cur = d.cell
	if cerr := h.protect(func() error { return d.w.Close(err) }); err == nil && cerr != nil {
		err = Located(d.cell.Name, cerr)
	}
	cause := err
	if cause == nil {
		cause = demand.ErrEnough
	} else if d.opt.Detached && !d.r.stopped.Load() {
		d.r.Detach(err)
	} else {
		d.r.Fail(err)
	}
	d.settle(cause)
	h.finish(cause, func() { d.up.Cancel(cause) }, func() int { return d.in.Abandon(cause) })
	d.r.sinkEnded()
}

// finish tells the stages above that no more is wanted, and releases what they
// and the driver hold.
func (h *island) finish(cause error, cancel func(), rest func() int) {
	if err := h.protect(func() error { cancel(); return nil }); err != nil {
		h.r.Fail(err)
	}
	h.cells[0].Discard(rest())
	h.Release(cause, func(owner any, n int) { owner.(*Cell).Discard(n) })
}

func (d *sinkDriver[T]) loop() error {
	want := math.MaxInt
	for {
		if d.demander != nil {
			var err error
			if want, err = d.wanted(); err != nil {
				return err
			}
		}
		d.in.Reset(min(d.pace.begin(), want))
		if d.dirty > 0 {
			d.in.SetPatience(demand.NoWait)
		}
		if err := d.up.Pull(&d.in); err != nil {
			return d.last(err)
		}
		n := d.in.Len()
		d.cell.chunks++
		if n == 0 {
			if err := d.flush(); err != nil {
				return err
			}
		} else if err := d.write(); err == demand.ErrCompleted {
			return d.last(err) // the sink has enough
		} else if err != nil {
			return err
		}
		d.pace.end(n)
		if d.h.Stopped() {
			return demand.ErrStopped
		}
	}
}

// wanted waits for demand and returns it. What was written is flushed first.
func (d *sinkDriver[T]) wanted() (n int, err error) {
	if !d.asked() {
		if err := d.flush(); err != nil {
			return 0, err
		}
		if !d.h.Wait(d.asked, demand.Forever, &d.unasked) {
			return 0, demand.ErrStopped
		}
	}
	return int(min(d.credit, math.MaxInt)), nil
}

// asked looks whether there is demand.
func (d *sinkDriver[T]) asked() bool {
	d.credit = d.demander.Demand(d.wake)
	return d.credit > 0
}

// last ends the stream: an error comes behind the elements before it, so those
// are flushed, but not when the run was stopped hard.
func (d *sinkDriver[T]) last(err error) error {
	if err != demand.ErrCompleted && d.r.stopped.Load() {
		return err
	}
	if ferr := d.flush(); ferr != nil && err == demand.ErrCompleted {
		return ferr
	}
	return err
}

func (d *sinkDriver[T]) write() error {
	if d.opt.Flushes {
		d.pending = append(d.pending, d.in.Lineage().Fork())
		if d.dirty == 0 {
			d.first = time.Now()
		}
	}
	for d.in.Len() > 0 {
		before := d.in.Len()
		err := d.w.Write(&d.in)
		wrote := before - d.in.Len()
		d.cell.out += uint64(wrote)
		switch {
		case err != nil:
			return d.fail(err)
		case wrote == 0:
			return d.fail(errors.New("the sink took no element"))
		}
		if d.opt.Flushes {
			d.dirty += wrote
		}
		if d.h.Stopped() {
			return demand.ErrStopped
		}
	}
	if d.opt.Flushes && (d.dirty >= d.opt.FlushEvery || len(d.pending) >= maxPending || time.Since(d.first) >= d.opt.FlushAfter) {
		return d.flush()
	}
	return nil
}

func (d *sinkDriver[T]) flush() error {
	if d.dirty == 0 {
		return nil
	}
	if err := d.w.Flush(); err != nil {
		return d.fail(err)
	}
	d.dirty = 0
	for i, l := range d.pending {
		l.Release()
		d.pending[i] = nil
	}
	d.pending = d.pending[:0]
	return nil
}

func (d *sinkDriver[T]) fail(err error) error {
	if err == demand.ErrEnough {
		return demand.ErrCompleted
	}
	d.cell.Failed(1)
	return Located(d.cell.Name, err)
}

// settle gives up what was written and never flushed.
func (d *sinkDriver[T]) settle(cause error) {
	for _, l := range d.pending {
		l.Abandon(cause)
	}
	d.pending = nil
}

func (r *Run) watchLink(cell *Cell, s func() demand.LinkStats) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watched = append(r.watched, watched{cell: cell, link: s})
}

// WatchBuffer makes the counts of a buffer part of the run's.
func (r *Run) WatchBuffer(cell *Cell, s func() demand.BufferStats) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watched = append(r.watched, watched{cell: cell, state: s})
}
