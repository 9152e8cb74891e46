package engine

import (
	"github.com/weir-go/weir/demand"
)

// Merge returns one upstream of many. Each of ups gets an island of its own and
// a link of capacity n, unless it is the end of a link already. Elements of one
// input keep their order; inputs take turns by chunks. It completes when all
// have; the first error ends it.
func Merge[T any](cell *Cell, ups []demand.Upstream[T], n, windowMin, windowMax int) demand.Upstream[T] {
	m := &merge[T]{cell: cell}
	for i, up := range ups {
		if l, ok := linkOf(up); ok {
			m.links = append(m.links, l)
			continue
		}
		in := cell.Run.NewCell(cell.Name+"/"+itoa(i), "link")
		l := demand.NewLink[T](in.Name, n)
		cell.Run.watchLink(in, l.Stats)
		feed(in, up, l, windowMin, windowMax)
		m.links = append(m.links, l)
	}
	m.open = append(m.open, m.links...)
	m.waiting.Link = cell.Name
	return Meter(cell, m, false)
}

type merge[T any] struct {
	cell    *Cell
	links   []*demand.Link[T]
	open    []*demand.Link[T] // those that have not completed
	next    int
	isl     *demand.Island
	waiting demand.Waiting
	err     error
}

func (m *merge[T]) Pull(dst *demand.Chunk[T]) error {
	if m.err != nil {
		return m.err
	}
	if m.isl == nil {
		m.isl = dst.Island()
		for _, l := range m.links {
			l.Attach(m.isl)
		}
	}
	for {
		if done, err := m.take(dst); done {
			return err
		}
		if !m.isl.Wait(m.ready, dst.Patience(), &m.waiting) {
			if m.isl.Stopped() {
				return demand.ErrStopped
			}
			return nil
		}
	}
}

// take fills dst from the next link that has something.
func (m *merge[T]) take(dst *demand.Chunk[T]) (done bool, err error) {
	for tries := len(m.open); tries > 0; tries-- {
		if m.next >= len(m.open) {
			m.next = 0
		}
		l := m.open[m.next]
		if !l.Ready() {
			m.next++
			continue
		}
		err := l.Pull(dst)
		if err == demand.ErrCompleted {
			m.open = append(m.open[:m.next:m.next], m.open[m.next+1:]...)
			continue
		}
		m.next++
		if err != nil {
			m.err = err
			m.Cancel(err)
			return true, err
		}
		if h, ok := host(dst.Island()); ok {
			h.cur.in += uint64(dst.Len())
			h.pulled += dst.Len()
		}
		return true, nil
	}
	if len(m.open) == 0 {
		m.err = demand.ErrCompleted
		return true, m.err
	}
	return false, nil
}

func (m *merge[T]) ready() bool {
	for _, l := range m.open {
		if l.Ready() {
			return true
		}
	}
	return len(m.open) == 0
}

func (m *merge[T]) Cancel(cause error) {
	if m.err == nil {
		m.err = cause
	}
	for _, l := range m.links {
		l.Cancel(cause)
	}
}
