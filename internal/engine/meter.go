package engine

import (
	"errors"
	"time"

	"github.com/weir-go/weir/demand"
)

// meter stands around a stage: it counts what comes out, times it in sampled
// rounds, keeps errors sticky and gives them the stage's name.
type meter[T any] struct {
	up     demand.Upstream[T]
	cell   *Cell
	err    error
	source bool
}

// Meter wraps the outside of a stage. A source ends when the run is drained.
func Meter[T any](cell *Cell, up demand.Upstream[T], endsOnDrain bool) demand.Upstream[T] {
	return &meter[T]{up: up, cell: cell, source: endsOnDrain}
}

func (m *meter[T]) Pull(dst *demand.Chunk[T]) error {
	if m.err != nil {
		return m.err
	}
	h, ok := host(dst.Island())
	if !ok {
		return m.up.Pull(dst)
	}
	below := h.cur
	h.cur = m.cell
	if m.cell.isl != h {
		h.adopt(m.cell, below)
	}
	var err error
	switch {
	case m.source && m.cell.Run.draining.Load():
		err = demand.ErrCompleted
	case m.source && h.Stopped():
		err = demand.ErrStopped
	case h.sampling:
		err = m.timed(h, dst)
	default:
		err = m.up.Pull(dst)
	}
	h.cur = below
	n := uint64(dst.Len())
	m.cell.out += n
	m.cell.chunks++
	below.in += n
	if m.source {
		h.pulled += int(n)
	}
	if err != nil {
		m.err = m.place(h, err)
		if n == 0 {
			return m.err
		}
	} else if n == 0 && dst.Patience().IsForever() {
		if h.Stopped() {
			m.err = m.cell.Run.cause()
		} else {
			m.err = Located(m.cell.Name, errNothing)
		}
		return m.err
	}
	return nil
}

var errNothing = errors.New("answered a pull with nothing, although the caller waits for ever")

func host(isl *demand.Island) (*island, bool) {
	if isl == nil {
		return nil, false
	}
	h, ok := isl.Host.(*island)
	return h, ok
}

func (m *meter[T]) timed(h *island, dst *demand.Chunk[T]) error {
	outer := h.nested
	h.nested = 0
	t := time.Now()
	err := m.up.Pull(dst)
	d := time.Since(t)
	m.cell.sample += d - h.nested
	h.nested = outer + d
	return err
}

// place says where an error comes from. The end of the run comes first: what a
// stage returns then is a consequence.
func (m *meter[T]) place(h *island, err error) error {
	r := m.cell.Run
	switch {
	case err == demand.ErrCompleted:
		return err
	case r.stopped.Load() || err == demand.ErrStopped:
		return r.cause()
	case m.source && r.draining.Load() && (errors.Is(err, demand.ErrDrained) || errors.Is(err, r.reads.Err())):
		return demand.ErrCompleted
	}
	return Located(m.cell.Name, err)
}

func (m *meter[T]) Cancel(cause error) {
	if m.err == nil {
		m.err = cause
	}
	m.up.Cancel(cause)
}
