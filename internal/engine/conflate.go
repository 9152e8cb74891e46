package engine

import (
	"github.com/weir-go/weir/demand"
)

// Conflate makes one element of all that come while downstream is busy: seed of
// the first, then merge of that and each further one. Both are called on a new
// island, on which up is pulled from now on, and never waits for downstream.
func Conflate[T, A any](cell *Cell, up demand.Upstream[T], seed func(T) A, merge func(A, T) A, windowMin, windowMax int) demand.Upstream[A] {
	d := &conflater[T, A]{seed: seed, merge: merge}
	d.offer = d.merged
	return d.open(cell, up, windowMin, windowMax)
}

// WhenAsked passes on the elements that come when downstream has asked, and drops
// the others, counted with the reason. Up is pulled on a new island, and never
// waits for downstream.
func WhenAsked[T any](cell *Cell, up demand.Upstream[T], reason string, windowMin, windowMax int) demand.Upstream[T] {
	d := &conflater[T, T]{seed: func(v T) T { return v }}
	d.offer = func() { d.asked(reason) }
	return d.open(cell, up, windowMin, windowMax)
}

// A conflater drives the island above a box.
type conflater[T, A any] struct {
	cell  *Cell
	up    demand.Upstream[T]
	box   *box[A]
	seed  func(T) A
	merge func(A, T) A
	offer func() // does something with elements of in, at least one
	pace  pacer
	h     *island
	in    demand.Chunk[T]
	work  made[A] // what is being worked on: user code runs without a lock
	added int     // elements of it that came since it was lent
}

func (d *conflater[T, A]) open(cell *Cell, up demand.Upstream[T], windowMin, windowMax int) demand.Upstream[A] {
	d.cell, d.up, d.box, d.pace = cell, up, newBox[A](), newPacer(windowMin, windowMax)
	cell.Run.WatchBuffer(cell, d.box.counts)
	cell.Run.island(cell, d.drive)
	return &boxEnd[A]{box: d.box, cell: cell, from: cell.isl.Island, wait: demand.Waiting{Link: cell.Name}}
}

func (d *conflater[T, A]) drive(h *island) {
	d.h, d.pace.h = h, h
	d.in.SetIsland(h.Island)
	err := h.protect(d.loop)
	if err == demand.ErrStopped {
		// The consumer stops the island when it has left.
		if err = d.box.left(); err == nil {
			err = h.r.cause()
		}
	}
	h.cur = d.cell
	d.box.close(err, d.work, d.added)
	h.finish(err, func() { d.up.Cancel(err) }, func() int { return d.in.Abandon(err) })
}

func (d *conflater[T, A]) loop() error {
	for {
		d.in.Reset(d.pace.begin())
		if err := d.up.Pull(&d.in); err != nil {
			return err
		}
		n := d.in.Len()
		for d.in.Len() > 0 {
			if d.h.Stopped() {
				return demand.ErrStopped
			}
			d.offer()
		}
		d.pace.end(n)
	}
}

// merged makes the elements part of what is held, until something is wanted.
func (d *conflater[T, A]) merged() {
	d.work = d.box.lend()
	for d.in.Len() > 0 && (d.added == 0 || !d.box.wanted.Load() && !d.h.Stopped()) {
		if v := d.in.Items()[0]; d.work.n == 0 {
			d.work.v = d.seed(v)
		} else {
			d.work.v = d.merge(d.work.v, v)
		}
		join(&d.work, &d.in)
		d.added++
	}
	d.box.put(d.work, d.added)
	d.work, d.added = made[A]{}, 0
}

// asked answers with the first element if something is wanted, and else drops
// elements until it is.
func (d *conflater[T, A]) asked(reason string) {
	if d.box.wanted.Load() {
		m := made[A]{v: d.seed(d.in.Items()[0])}
		join(&m, &d.in)
		d.box.put(m, 1)
		return
	}
	k := 0
	for d.in.Len() > 0 && !d.box.wanted.Load() {
		d.in.Advance(1)
		k++
	}
	d.box.drop(k, reason)
}

// boxEnd is the consuming end of a box: it counts into the stage that pulls.
type boxEnd[A any] struct {
	box  *box[A]
	cell *Cell
	from *demand.Island
	wait demand.Waiting
}

func (e *boxEnd[A]) Pull(dst *demand.Chunk[A]) error {
	for {
		done, err := e.box.take(dst)
		if done {
			if h, ok := host(dst.Island()); ok {
				h.cur.in += uint64(dst.Len())
				h.pulled += dst.Len()
			}
			return err
		}
		if !dst.Island().Wait(e.box.ready, dst.Patience(), &e.wait) {
			if dst.Island().Stopped() {
				return e.cell.Run.cause()
			}
			return nil
		}
	}
}

// Cancel ends the island above too, wherever it waits: nobody wants what it makes.
func (e *boxEnd[A]) Cancel(cause error) {
	defer e.from.Stop()
	e.box.cancel(cause)
}
