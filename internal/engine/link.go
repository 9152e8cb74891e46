package engine

import "github.com/weir-go/weir/demand"

// Link puts a link of capacity n and a new island above it: what up does from
// now on happens there.
func Link[T any](cell *Cell, up demand.Upstream[T], n, windowMin, windowMax int) demand.Upstream[T] {
	return link(cell, up, n, windowMin, windowMax)
}

// input returns the i-th input of a fan-in: the end of a link, which up is
// already or which is made here.
func input[T any](cell *Cell, i int, up demand.Upstream[T], n, windowMin, windowMax int) *linkEnd[T] {
	if end, ok := up.(*linkEnd[T]); ok {
		return end
	}
	return link(cell.Part(itoa(i)), up, n, windowMin, windowMax)
}

func link[T any](cell *Cell, up demand.Upstream[T], n, windowMin, windowMax int) *linkEnd[T] {
	l := demand.NewLink[T](cell.Name, n)
	cell.Run.watchLink(cell, l.Stats)
	d := &linkDriver[T]{cell: cell, up: up, link: l, pace: newPacer(windowMin, windowMax)}
	cell.Run.island(cell, d.drive)
	return &linkEnd[T]{Link: l, r: cell.Run, from: cell.isl.Island}
}

type linkDriver[T any] struct {
	cell *Cell
	up   demand.Upstream[T]
	link *demand.Link[T]
	pace pacer
	h    *island
}

func (d *linkDriver[T]) drive(h *island) {
	d.h, d.pace.h = h, h
	err := h.protect(d.loop)
	switch {
	case d.link.Gone() && !h.r.stopped.Load():
		err = d.link.Cause() // whatever came of it
	case err == demand.ErrStopped:
		err = h.r.cause()
	}
	h.cur = d.cell
	d.link.Close(err)
	h.finish(err, func() { d.up.Cancel(err) }, func() int { return 0 })
}

func (d *linkDriver[T]) loop() error {
	for {
		c := d.link.Reserve(d.h.Island, d.pace.begin(), demand.Forever)
		if c == nil {
			if d.h.Stopped() {
				return demand.ErrStopped
			}
			return d.link.Cause()
		}
		if err := d.up.Pull(c); err != nil {
			return err
		}
		n := c.Len()
		d.link.Publish()
		d.pace.end(n)
	}
}

// linkEnd is the consuming end of a link of a run: it counts into the stage
// that pulls.
type linkEnd[T any] struct {
	*demand.Link[T]
	r    *Run
	from *demand.Island // which does nothing but fill the link; nil behind a hub
}

func (l *linkEnd[T]) Pull(dst *demand.Chunk[T]) error {
	err := l.Link.Pull(dst)
	if h, ok := host(dst.Island()); ok {
		h.cur.in += uint64(dst.Len())
		h.pulled += dst.Len()
	}
	if err == demand.ErrStopped {
		return l.r.cause()
	}
	return err
}

// leave is Cancel for an input of a fan-in: the run may go on without it, so the
// island above ends too, wherever it waits.
func (l *linkEnd[T]) leave(cause error) {
	l.Cancel(cause)
	if l.from != nil {
		l.from.Stop()
	}
}
