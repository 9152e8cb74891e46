package engine

import (
	"github.com/weir-go/weir/demand"
)

// Feed puts an island above something that takes elements in a way of its own,
// such as a channel: what up does from now on happens there. give takes elements
// off the front of its chunk, at least one, or fails. end is called once, with
// demand.ErrCompleted when everything was given. cell counts what is given; stop
// ends the island, wherever it waits for elements.
func Feed[T any](cell *Cell, up demand.Upstream[T], give func(*demand.Chunk[T]) error, end func(error), windowMin, windowMax int) (stop func()) {
	d := &feedDriver[T]{cell: cell, up: up, give: give, end: end, pace: newPacer(windowMin, windowMax)}
	cell.Run.island(cell, d.drive)
	return cell.isl.Stop
}

type feedDriver[T any] struct {
	cell *Cell
	up   demand.Upstream[T]
	give func(*demand.Chunk[T]) error
	end  func(error)
	pace pacer
	h    *island
	in   demand.Chunk[T]
}

func (d *feedDriver[T]) drive(h *island) {
	d.h, d.pace.h = h, h
	d.in.SetIsland(h.Island)
	err := h.protect(d.loop)
	if err == demand.ErrStopped {
		err = h.r.cause()
	}
	h.cur = d.cell
	d.end(err)
	h.finish(err, func() { d.up.Cancel(err) }, func() int { return d.in.Abandon(err) })
}

func (d *feedDriver[T]) loop() error {
	for {
		d.in.Reset(d.pace.begin())
		if err := d.up.Pull(&d.in); err != nil {
			return err
		}
		n := d.in.Len()
		d.cell.chunks++
		for d.in.Len() > 0 {
			if d.h.Stopped() {
				return demand.ErrStopped
			}
			before := d.in.Len()
			err := d.give(&d.in)
			d.cell.out += uint64(before - d.in.Len())
			if err != nil {
				return err
			}
		}
		d.pace.end(n)
	}
}

// Later calls f on a goroutine that the run waits for.
func Later(cell *Cell, f func()) { cell.Run.Go(f) }

// Aside calls f on a goroutine that the run does not wait for: f is not ours, it
// heeds no context, and whoever waits for done may give up. A panic of f comes as
// an error that names the stage.
func Aside(stage string, f func()) (done <-chan error) {
	ended := make(chan error, 1)
	go func() {
		ended <- guard(stage, func() error { f(); return nil })
	}()
	return ended
}
