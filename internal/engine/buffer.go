package engine

import (
	"errors"
	"sync"

	"github.com/weir-go/weir/demand"
)

// Buffer puts a buffer and a new island above it: what up does from now on
// happens there. The island pulls from up and offers what comes, for ever if the
// strategy drops, and while there is room if it blocks.
func Buffer[T any](cell *Cell, up demand.Upstream[T], cfg demand.BufferConfig[T], windowMin, windowMax int) demand.Upstream[T] {
	d := &bufferDriver[T]{cell: cell, up: up, block: cfg.Overflow == demand.Block, pace: newPacer(windowMin, windowMax)}
	cfg.Name = cell.Name
	if cfg.Priority != nil {
		// The buffer asks for it when it owns a reference of the lineage, which a
		// panic would leave behind.
		d.priority = cfg.Priority
		cfg.Priority = func(T) int { return d.next }
	}
	if drop := cfg.OnDrop; drop != nil {
		// Both ends drop elements, the consumer when it cancels.
		var mu sync.Mutex
		cfg.OnDrop = func(v T, reason string) {
			mu.Lock()
			defer mu.Unlock()
			drop(v, reason)
		}
	}
	d.buf = demand.NewBuffer(cfg)
	d.buf.Inside()
	d.full = demand.Waiting{Link: cell.Name, ForRoom: true}
	cell.Run.WatchBuffer(cell, d.buf.Stats)
	cell.Run.island(cell, d.drive)
	return &bufferEnd[T]{buf: d.buf, from: cell.isl.Island, cell: cell}
}

type bufferDriver[T any] struct {
	cell     *Cell
	up       demand.Upstream[T]
	buf      *demand.Buffer[T]
	block    bool
	priority func(T) int
	next     int // priority of the element that is being offered
	pace     pacer
	h        *island
	in       demand.Chunk[T]
	full     demand.Waiting
}

func (d *bufferDriver[T]) drive(h *island) {
	d.h, d.pace.h = h, h
	d.in.SetIsland(h.Island)
	err := h.protect(d.loop)
	if err == nil || err == demand.ErrStopped {
		// The consumer stops the island when it has left.
		if err = d.buf.Gone(); err == nil {
			err = h.r.cause()
		}
	}
	h.cur = d.cell
	d.buf.Close(err)
	h.finish(err, func() { d.up.Cancel(err) }, func() int { return d.in.Abandon(err) })
}

func (d *bufferDriver[T]) loop() error {
	for {
		want := d.pace.begin()
		room, err := d.room()
		if err != nil {
			return err
		}
		d.in.Reset(min(want, room))
		if err := d.up.Pull(&d.in); err != nil {
			return err
		}
		n := d.in.Len()
		if err := d.offer(); err != nil {
			return err
		}
		d.pace.end(n)
	}
}

// room returns for how many elements to ask. A buffer that blocks is waited for.
// One that drops is asked for what fits, so that elements which come at once are
// not dropped while there is room for them soon, and for one when it is full.
func (d *bufferDriver[T]) room() (int, error) {
	room := d.buf.Room()
	if room == 0 && d.block {
		d.h.Wait(func() bool {
			room = d.buf.Room()
			return room > 0 || d.buf.Gone() != nil
		}, demand.Forever, &d.full)
	}
	if err := d.buf.Gone(); err != nil {
		return 0, err
	}
	if d.h.Stopped() {
		return 0, demand.ErrStopped
	}
	return max(room, 1), nil
}

// offer puts what was pulled into the buffer, unless the island is stopped
// meanwhile.
func (d *bufferDriver[T]) offer() error {
	for d.in.Len() > 0 && !d.h.Stopped() {
		if d.priority != nil {
			d.next = d.priority(d.in.Items()[0])
		}
		// There is room, or the strategy is not to wait for it.
		if err := d.buf.OfferFrom(nil, &d.in); err != nil {
			if gone := d.buf.Gone(); gone != nil {
				return gone
			}
			return err
		}
	}
	return nil
}

// bufferEnd is the consuming end of a buffer of a run: it counts into the stage
// that pulls, and wakes the producer when there is room again.
type bufferEnd[T any] struct {
	buf  *demand.Buffer[T]
	from *demand.Island
	cell *Cell
}

func (b *bufferEnd[T]) Pull(dst *demand.Chunk[T]) error {
	err := b.buf.Pull(dst)
	if n := dst.Len(); n > 0 {
		b.from.Wake()
		if h, ok := host(dst.Island()); ok {
			h.cur.in += uint64(n)
			h.pulled += n
		}
	}
	switch {
	case err == demand.ErrStopped:
		return b.cell.Run.cause()
	case errors.Is(err, demand.ErrBufferFull):
		return Located(b.cell.Name, err)
	}
	return err
}

// Cancel ends the island above too, wherever it waits: nobody wants what it makes.
func (b *bufferEnd[T]) Cancel(cause error) {
	defer b.from.Stop()
	b.buf.Cancel(cause)
}
