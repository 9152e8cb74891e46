package engine

import (
	"slices"

	"github.com/weir-go/weir/demand"
)

// A Choice says which of its inputs a merge takes from when several have
// something. The zero value has them take turns, an answer each.
type Choice struct {
	Preferred bool  // the first one goes before all others
	Weights   []int // how many elements make a turn, by input
	Race      bool  // who has something first is taken from for good
}

// Merge returns one upstream of many. Each of ups gets an island of its own and
// a link of capacity n, unless it is the end of a link already. Elements of one
// input keep their order. It completes when all have; the first error ends it.
func Merge[T any](cell *Cell, ups []demand.Upstream[T], by Choice, n, windowMin, windowMax int) demand.Upstream[T] {
	m := &merge[T]{cell: cell, preferred: by.Preferred, weights: slices.Clone(by.Weights), race: by.Race}
	for i, up := range ups {
		m.inputs = append(m.inputs, input(cell, i, up, n, windowMin, windowMax))
	}
	m.open = append(m.open, m.inputs...)
	m.waiting.Link = cell.Name
	return Meter(cell, m, false)
}

type merge[T any] struct {
	cell    *Cell
	inputs  []*linkEnd[T]
	open    []*linkEnd[T] // those that have not completed
	isl     *demand.Island
	waiting demand.Waiting
	err     error

	next      int   // whose turn it is
	gave      int   // in this turn
	preferred bool  // the first of open goes before all others
	weights   []int // of open
	race      bool  // nobody has won yet
}

func (m *merge[T]) Pull(dst *demand.Chunk[T]) error {
	if m.err != nil {
		return m.err
	}
	if m.isl == nil {
		m.isl = dst.Island()
		for _, l := range m.inputs {
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

// take fills dst from the input that goes first of those that have something.
func (m *merge[T]) take(dst *demand.Chunk[T]) (done bool, err error) {
	if m.race && !m.decide() {
		return false, nil // whoever has something by now wins the next time
	}
	if m.preferred && m.open[0].Ready() {
		if done, err := m.from(0, dst); done {
			return true, err
		}
	}
	for tries := len(m.open); tries > 0; tries-- {
		if m.next >= len(m.open) {
			m.next = 0
		}
		at := m.next
		if !m.open[at].Ready() {
			m.turn()
			continue
		}
		if done, err := m.from(at, dst); done {
			if m.gave += dst.Len(); m.weights == nil || m.gave >= m.weights[at] {
				m.turn()
			}
			return true, err
		}
	}
	if len(m.open) == 0 {
		m.err = demand.ErrCompleted
		return true, m.err
	}
	return false, nil
}

// turn ends a turn. Who had nothing to give does not get it later.
func (m *merge[T]) turn() { m.next, m.gave = m.next+1, 0 }

// from takes from one of the open inputs, or learns that it has completed.
func (m *merge[T]) from(i int, dst *demand.Chunk[T]) (done bool, err error) {
	if m.weights == nil {
		err = m.open[i].Pull(dst)
	} else {
		was := dst.Limit(m.weights[i] - m.gave)
		err = m.open[i].Pull(dst)
		dst.Unlimit(was)
	}
	switch err {
	case nil:
	case demand.ErrCompleted:
		m.completed(i)
		return false, nil
	default:
		m.err = err
		m.Cancel(err)
	}
	return true, err
}

// completed takes one off the open inputs.
func (m *merge[T]) completed(i int) {
	m.open = slices.Delete(m.open, i, i+1)
	m.gave = 0
	if m.weights != nil {
		m.weights = slices.Delete(m.weights, i, i+1)
	}
	if m.preferred && i == 0 {
		m.preferred = false
		m.next = max(0, m.next-1)
	}
}

// decide ends the race if somebody has something, an element, an error or the
// end, and reports whether it did.
func (m *merge[T]) decide() bool {
	won := slices.IndexFunc(m.open, (*linkEnd[T]).Ready)
	if won < 0 {
		return false
	}
	m.race = false
	for i, l := range m.open {
		if i != won {
			l.leave(demand.ErrEnough)
		}
	}
	m.open = m.open[won : won+1]
	return true
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
	for _, l := range m.inputs {
		l.leave(cause)
	}
}
