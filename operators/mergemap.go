package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// MergeMap opens the source that fn returns for each element, and emits what they
// give as it comes. At most breadth sources are open at once; while so many are,
// upstream is not asked. Each runs on a goroutine of its own, behind a link of
// stage.Capacity elements (256); there are at most breadth of these, and a source
// gets one that has become free. Elements of one source keep their order; between
// sources there is none, they take turns.
//
// What ConcatMap says of sources, of lineage and of a drain holds here too.
//
//	in             -a---b----------|
//	source of a     --1-----2-|
//	source of b         --x---y-|
//	MergeMap(2)    ---1---x-2-y----|
//
// Elsewhere: Pekko flatMapMerge, Reactor flatMap, RxJava flatMap.
//
// emits when a source does · backpressures when downstream does, and upstream
// while breadth sources are open · completes when upstream does and all sources
// have · fails when upstream does, at once, when a source can't be opened or
// closed, and when one does, behind its elements; the other sources are cancelled
// and what they gave and was not yet emitted is discarded · cancels when
// downstream does, and all sources · starts at most breadth goroutines · holds at
// most breadth times the capacity
func MergeMap[In, Out any](breadth int, fn func(In) stage.Source[Out], opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("MergeMap", stage.TakesCapacity|stage.TakesWindow, opts)
	m = m.Positive(breadth, "breadth").Func(fn == nil, "function")
	m.Patient = true
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		return &mergeMap[In, Out]{lanes: newLanes(rt, up, fn), breadth: breadth}
	})
}

type mergeMap[In, Out any] struct {
	lanes[In, Out]
	breadth int
	busy    []*lane[In, Out]
	free    []*lane[In, Out]
	next    int // of busy, whose turn it is
}

func (m *mergeMap[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	if m.err != nil {
		return m.err
	}
	if err := m.all.Close(); err != nil {
		return m.end(err)
	}
	isl := dst.Island()
	for !isl.Stopped() {
		err := m.fill(dst)
		if err == nil {
			err = m.turn(dst)
		}
		if err != nil {
			return m.end(err)
		}
		if dst.Len() > 0 {
			return nil
		}
		switch {
		case len(m.busy) > 0:
			on := &m.links
			if m.reads() {
				on = &m.above
			}
			if isl.Wait(func() bool { return m.ready(dst) }, dst.Patience(), on) {
				continue
			}
		case m.over != nil:
			return m.end(m.over)
		case m.read(dst, m.breadth, demand.Forever):
			continue
		}
		if !isl.Stopped() {
			return nil
		}
	}
	return demand.ErrStopped
}

// reads reports that there is a lane for an element more.
func (m *mergeMap[In, Out]) reads() bool { return m.over == nil && len(m.busy) < m.breadth }

// fill opens sources while there are lanes and elements. The error is that of
// upstream, or of a source that can't be opened.
func (m *mergeMap[In, Out]) fill(dst *demand.Chunk[Out]) error {
	for len(m.busy) < m.breadth {
		if m.rt.Draining() {
			giveUp(m.rt, &m.in, m.in.Len(), demand.ErrDrained)
		}
		if m.in.Len() == 0 && !m.read(dst, m.breadth-len(m.busy), demand.NoWait) {
			return nil
		}
		if m.over == demand.ErrCompleted {
			return nil
		} else if m.over != nil {
			return m.over
		}
		var ln *lane[In, Out]
		if last := len(m.free) - 1; last >= 0 {
			ln, m.free = m.free[last], m.free[:last]
		} else {
			ln = m.lane()
		}
		if err := m.begin(ln, &m.in, dst.Island()); err != nil {
			return err
		}
		if m.busy = append(m.busy, ln); dst.Hurry() {
			return nil
		}
	}
	return nil
}

// turn fills dst from the next lane that has something, and frees those whose
// source has ended.
func (m *mergeMap[In, Out]) turn(dst *demand.Chunk[Out]) error {
	for tries := len(m.busy); tries > 0; tries-- {
		if m.next >= len(m.busy) {
			m.next = 0
		}
		ln := m.busy[m.next]
		if err := m.take(ln, dst); err != nil {
			return err
		}
		if ln.inner == nil {
			last := len(m.busy) - 1
			m.busy[m.next] = m.busy[last]
			m.busy[last] = nil
			m.busy, m.free = m.busy[:last], append(m.free, ln)
			continue
		}
		m.next++
		if dst.Len() > 0 {
			return nil
		}
	}
	return nil
}

// ready reports that a source has something, or upstream has while there is a lane
// for it.
func (m *mergeMap[In, Out]) ready(dst *demand.Chunk[Out]) bool {
	for _, ln := range m.busy {
		if ln.run.Ready() {
			return true
		}
	}
	return m.reads() && m.read(dst, m.breadth-len(m.busy), demand.NoWait)
}
