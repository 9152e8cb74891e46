package engine

import (
	"context"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weir-go/weir/demand"
)

// A Call is what a worker does with one element: a result, or false to drop
// the element, or an error.
type Call[In, Out any] func(ctx context.Context, v In, at demand.Position) (out Out, keep bool, err error)

// Workers calls f for elements of up on n goroutines at once. At most 2n
// elements are taken from up and not yet handed on: n under way, and n that wait
// for a worker, so that none is idle between two elements, or to be handed on.
// Results leave in the order
// of the elements or, unordered, as they come. After an error no further
// element is taken; ordered, the results before it are still handed on.
//
// up is pulled without waiting while calls are under way, so it must heed
// patience, or be the end of a link.
func Workers[In, Out any](cell *Cell, up demand.Upstream[In], n int, unordered bool, f Call[In, Out]) demand.Upstream[Out] {
	return newWorkers(cell, up, n, 2*n, unordered, f, make(atOnce[In, Out], 2*n))
}

func newWorkers[In, Out any](cell *Cell, up demand.Upstream[In], n, capacity int, unordered bool, f Call[In, Out], t turns[In, Out]) *workers[In, Out] {
	w := &workers[In, Out]{cell: cell, up: up, n: n, slots: make([]slot[In, Out], capacity), unordered: unordered, f: f, turns: t}
	w.ctx, w.cancel = context.WithCancelCause(cell.Run.ctx)
	cell.workers = n
	if unordered {
		w.results = make(chan *slot[In, Out], capacity)
		for i := range w.slots {
			w.slots[i].index = i
			w.free = append(w.free, &w.slots[i])
		}
	}
	return w
}

// turns say which element is called next.
type turns[In, Out any] interface {
	// add gives s to the workers. It is called by the island.
	add(s *slot[In, Out])
	// next waits for an element whose turn it is, and returns nil at the end. It
	// is called by workers.
	next() *slot[In, Out]
	// end calls done, which gives s back to the island, before any element that
	// has to wait for s gets its turn.
	end(s *slot[In, Out], done func(*slot[In, Out]))
	// close ends the workers: nothing more is added.
	close()
}

// atOnce gives elements to workers in the order in which they come. What it
// holds when it is closed is called still.
type atOnce[In, Out any] chan *slot[In, Out]

func (c atOnce[In, Out]) add(s *slot[In, Out])                            { c <- s }
func (c atOnce[In, Out]) next() *slot[In, Out]                            { return <-c }
func (c atOnce[In, Out]) end(s *slot[In, Out], done func(*slot[In, Out])) { done(s) }
func (c atOnce[In, Out]) close()                                          { close(c) }

// A slot is one element on its way. It belongs to the island until it is added
// to the turns, then to them or to a worker until it is done.
type slot[In, Out any] struct {
	index   int
	in      In
	out     Out
	keep    bool
	err     error
	lineage *demand.Lineage
	record  int32
	busy    bool
	done    atomic.Bool    // ordered
	ready   *slot[In, Out] // keyed: the next one whose turn it is
	behind  *slot[In, Out] // keyed: the next one of the same key
}

func (s *slot[In, Out]) clear() {
	var in In
	var out Out
	s.in, s.out, s.keep, s.err, s.lineage, s.record, s.busy = in, out, false, nil, nil, 0, false
	s.done.Store(false)
}

type workers[In, Out any] struct {
	cell      *Cell
	up        demand.Upstream[In]
	ctx       context.Context
	cancel    context.CancelCauseFunc
	unordered bool
	abrupt    bool // after an error, or when stopped, no call is begun
	f         Call[In, Out]

	n       int
	slots   []slot[In, Out]
	turns   turns[In, Out]
	head    int                 // ordered: the slot whose result leaves next
	free    []*slot[In, Out]    // unordered: those not in use
	results chan *slot[In, Out] // unordered: those that are done, with room for all
	result  *slot[In, Out]      // unordered: taken from results, and did not fit yet
	used    int
	in      demand.Chunk[In]
	isl     *demand.Island
	wg      sync.WaitGroup
	began   int
	err     error                 // sticky, behind what is under way
	failed  atomic.Pointer[error] // a call failed, and its turn to leave may not have come
	broken  bool                  // a call failed: behind it, in order, nothing leaves
	closed  bool
	wait    demand.Waiting
}

func (w *workers[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	if w.isl == nil {
		w.isl = dst.Island()
		w.wait = demand.Waiting{Link: w.cell.Name, Outside: true}
	}
	for {
		w.collect(dst)
		w.feed(dst, demand.NoWait)
		if dst.Len() > 0 {
			return nil
		}
		if w.used == 0 {
			if w.err != nil {
				w.cancel(w.err)
				w.close()
				return w.err
			}
			if w.feed(dst, demand.Forever); w.used == 0 && w.err == nil {
				return nil
			}
			continue
		}
		if !w.isl.Wait(func() bool { return w.ready() || w.feed(dst, demand.NoWait) }, dst.Patience(), &w.wait) {
			if w.isl.Stopped() {
				w.cancel(w.cell.Run.cause())
				w.close()
				return demand.ErrStopped
			}
			return nil
		}
	}
}

// ready reports that a result can leave.
func (w *workers[In, Out]) ready() bool {
	if w.unordered {
		return w.result != nil || len(w.results) > 0
	}
	return w.used > 0 && w.slots[w.head].done.Load()
}

// feed gives elements to workers while slots are free, and reports whether it
// did, or learned how the input ended. p is for the first element only, within
// the patience of dst.
func (w *workers[In, Out]) feed(dst *demand.Chunk[Out], p demand.Patience) (fed bool) {
	for w.used < len(w.slots) && w.err == nil && w.failed.Load() == nil {
		if err := demand.RefillMax(w.up, &w.in, dst, len(w.slots)-w.used, p); err != nil {
			w.err = err
			return true
		}
		if w.in.Len() == 0 {
			return fed
		}
		for w.in.Len() > 0 && w.used < len(w.slots) {
			w.begin()
		}
		fed, p = true, demand.NoWait
	}
	return fed
}

func (w *workers[In, Out]) begin() {
	var s *slot[In, Out]
	if w.unordered {
		last := len(w.free) - 1
		s, w.free = w.free[last], w.free[:last]
	} else {
		s = &w.slots[(w.head+w.used)%len(w.slots)]
	}
	s.in, s.record, s.lineage, s.busy = w.in.Items()[0], w.in.Record(0), w.in.Lineage().Fork(), true
	w.in.Advance(1)
	w.used++
	if w.began < min(w.used, w.n) {
		w.began++
		w.wg.Add(1)
		w.cell.Run.Go(w.work)
	}
	w.turns.add(s)
}

func (w *workers[In, Out]) work() {
	defer w.wg.Done()
	done := w.done // a method value, made once
	for s := w.turns.next(); s != nil; s = w.turns.next() {
		if s.err = w.refused(); s.err == nil {
			w.call(s)
		}
		if s.err != nil {
			err := s.err
			w.failed.CompareAndSwap(nil, &err)
		}
		w.turns.end(s, done)
		w.isl.Wake()
	}
}

// refused returns why no call is begun any more.
func (w *workers[In, Out]) refused() error {
	if !w.abrupt {
		return nil
	}
	if err := w.failed.Load(); err != nil {
		return *err
	}
	return context.Cause(w.ctx)
}

// done gives a slot back to the island.
func (w *workers[In, Out]) done(s *slot[In, Out]) {
	if w.unordered {
		w.results <- s
	} else {
		s.done.Store(true)
	}
}

func (w *workers[In, Out]) call(s *slot[In, Out]) {
	defer func() {
		if v := recover(); v != nil {
			s.err = Panicked(w.cell.Name, v, debug.Stack())
		}
	}()
	start := time.Now()
	defer func() { w.cell.called.Add(int64(time.Since(start))) }()
	s.out, s.keep, s.err = w.f(w.ctx, s.in, s.lineage.Position(s.record))
}

// collect moves results to dst, those of one lineage.
func (w *workers[In, Out]) collect(dst *demand.Chunk[Out]) {
	for w.used > 0 {
		s := w.first()
		if s == nil || s.err == nil && s.keep && (dst.Free() == 0 || dst.Len() > 0 && dst.Lineage() != s.lineage) {
			return
		}
		w.leave(s, dst)
	}
}

// first returns the slot whose result leaves next, or nil if it is not done.
func (w *workers[In, Out]) first() *slot[In, Out] {
	if !w.unordered {
		if s := &w.slots[w.head]; s.done.Load() {
			return s
		}
		return nil
	}
	if w.result == nil {
		select {
		case w.result = <-w.results:
		default:
		}
	}
	return w.result
}

// leave ends the life of a slot's element.
func (w *workers[In, Out]) leave(s *slot[In, Out], dst *demand.Chunk[Out]) {
	switch {
	case w.broken && !w.unordered:
		// Behind an error nothing leaves.
		s.lineage.Abandon(w.err)
		w.cell.Discard(1)
	case s.err != nil:
		s.lineage.Abandon(s.err)
		w.cell.Discard(1)
		if !w.broken {
			w.broken, w.err = true, s.err
			w.in.Fail(s.err)
		}
	case s.keep:
		if dst.Len() == 0 {
			dst.SetLineage(s.lineage)
		} else {
			s.lineage.Release()
		}
		dst.AppendRecord(s.out, s.record)
	default:
		s.lineage.Release()
	}
	s.clear()
	w.used--
	if w.unordered {
		w.result, w.free = nil, append(w.free, s)
	} else {
		w.head = (w.head + 1) % len(w.slots)
	}
}

// close waits for the workers, who have nothing more to do.
func (w *workers[In, Out]) close() {
	if !w.closed {
		w.closed = true
		w.turns.close()
		w.wg.Wait()
	}
}

// Cancel ends the context of the calls under way and waits for them; their
// results are abandoned.
func (w *workers[In, Out]) Cancel(cause error) {
	w.cancel(cause)
	w.close()
	if w.err == nil || w.err == demand.ErrCompleted {
		w.err = cause
	}
	for i := range w.slots {
		if s := &w.slots[i]; s.busy {
			s.lineage.Abandon(cause)
			w.cell.Discard(1)
			s.clear()
		}
	}
	w.used = 0
	w.up.Cancel(cause)
}
