package flow

import (
	"slices"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// MergeSorted makes one sorted flow of flows that are sorted: of the elements
// that come next it passes on the one that compares lowest. Like that of
// slices.SortFunc, compare returns a negative number where a comes before b, and
// zero where both are alike; then the flow named first goes first. All inputs
// are pulled from on one goroutine.
//
// Which element is the lowest is only known when every input that has not
// completed has one at hand, so one that gives nothing for a while holds back
// all. Whether inputs are sorted is not checked: elements of one keep their
// order, and where they are not sorted the result isn't.
//
//	a                  -1---4-----|
//	b                  ---2---3-|
//	MergeSorted(a, b)  ---1-2-3-4-|
//
// Elsewhere: Pekko mergeSorted, Reactor mergeComparing.
//
// emits when each input has an element or has completed · backpressures when
// downstream does · completes when all inputs have · fails when one does, behind
// its elements: what others have given already is counted as discarded · cancels
// when downstream does, all inputs · order that of compare · holds what
// downstream has asked for, of each input
func MergeSorted[T any](compare func(a, b T) int, flows ...Flow[T]) Flow[T] {
	return MergeSortedWith(compare, flows)
}

// MergeSortedWith is MergeSorted with options: Name.
func MergeSortedWith[T any](compare func(a, b T) int, flows []Flow[T], opts ...stage.Option) Flow[T] {
	m := stage.Configure("MergeSorted", stage.TakesName, opts)
	m = m.Func(compare == nil, "compare function").Positive(len(flows), "number of flows")
	return join(m, isJoin, flows, func(rt *stage.Runtime, ups []demand.Upstream[T]) demand.Upstream[T] {
		return engine.Meter(rt.Cell(), newMergeSorted(compare, ups), false)
	})
}

type mergeSorted[T any] struct {
	order   func(a, b *sorted[T]) int
	waiting []*sorted[T] // open inputs of which the next element is not known
	ready   []*sorted[T] // those of which it is, in order of it
	err     error
}

// sorted is an input, and which one it is.
type sorted[T any] struct {
	side[T, T]
	rank int
}

func newMergeSorted[T any](compare func(a, b T) int, ups []demand.Upstream[T]) *mergeSorted[T] {
	m := &mergeSorted[T]{order: func(a, b *sorted[T]) int {
		if c := compare(a.read.Items()[0], b.read.Items()[0]); c != 0 {
			return c
		}
		return a.rank - b.rank
	}}
	for i, up := range ups {
		m.waiting = append(m.waiting, &sorted[T]{side[T, T]{up: up}, i})
	}
	return m
}

func (m *mergeSorted[T]) Pull(dst *demand.Chunk[T]) error {
	if m.err != nil {
		return m.err
	}
	for again := false; len(m.waiting) > 0; again = true {
		if again {
			if yes, err := demand.Impatient(dst); yes {
				return err
			}
		}
		s := m.waiting[0]
		switch err := s.refill(dst, dst.Free()); {
		case err == demand.ErrCompleted:
			s.up.Cancel(demand.ErrEnough)
		case err != nil:
			return m.fail(err)
		case s.read.Len() == 0:
			return nil
		default:
			at, _ := slices.BinarySearchFunc(m.ready, s, m.order)
			m.ready = slices.Insert(m.ready, at, s)
		}
		m.waiting = slices.Delete(m.waiting, 0, 1)
	}
	if len(m.ready) == 0 {
		m.err = demand.ErrCompleted
		return m.err
	}
	m.fill(dst)
	return nil
}

// fill passes on elements until an input has none left at hand, or the next one
// is of another lineage.
func (m *mergeSorted[T]) fill(dst *demand.Chunk[T]) {
	for {
		first := m.ready[0]
		if demand.MoveN(dst, &first.read, 1) == 0 {
			return
		}
		if first.read.Len() == 0 {
			m.ready = slices.Delete(m.ready, 0, 1)
			m.waiting = append(m.waiting, first)
			return
		}
		at, _ := slices.BinarySearchFunc(m.ready[1:], first, m.order)
		copy(m.ready, m.ready[1:1+at])
		m.ready[at] = first
		if dst.Hurry() {
			return
		}
	}
}

// fail ends the stage with the error of an input.
func (m *mergeSorted[T]) fail(err error) error {
	m.err = err
	for _, s := range slices.Concat(m.waiting, m.ready) {
		s.giveUp(err)
	}
	return err
}

func (m *mergeSorted[T]) Cancel(cause error) {
	if m.err == nil {
		m.err = cause
	}
	for _, s := range slices.Concat(m.waiting, m.ready) {
		s.up.Cancel(cause)
	}
}
