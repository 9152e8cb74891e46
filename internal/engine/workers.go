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
// element is begun; ordered, the results before it are still handed on.
//
// up is pulled without waiting while calls are under way, so it must heed
// patience, or be the end of a link.
func Workers[In, Out any](cell *Cell, up demand.Upstream[In], n int, unordered bool, f Call[In, Out]) demand.Upstream[Out] {
	w := &workers[In, Out]{cell: cell, up: up, n: n, slots: make([]slot[In, Out], 2*n), unordered: unordered, f: f, jobs: make(chan *slot[In, Out], 2*n)}
	w.ctx, w.cancel = context.WithCancelCause(cell.Run.ctx)
	cell.workers = n
	return w
}

// A slot is one element on its way. It belongs to the island until it is sent
// to jobs, then to a worker until done is set.
type slot[In, Out any] struct {
	in      In
	out     Out
	keep    bool
	err     error
	lineage *demand.Lineage
	record  int32
	busy    bool
	done    atomic.Bool
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
	f         Call[In, Out]

	n      int
	slots  []slot[In, Out]
	head   int // ordered: the slot whose result leaves next
	used   int
	in     demand.Chunk[In]
	isl    *demand.Island
	jobs   chan *slot[In, Out]
	wg     sync.WaitGroup
	began  int
	err    error       // sticky, behind what is under way
	failed atomic.Bool // a call failed, and its turn to leave may not have come
	broken bool        // a call failed: behind it, in order, nothing leaves
	closed bool
	wait   demand.Waiting
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
			if w.feed(dst, dst.Patience()); w.used == 0 && w.err == nil {
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
	if !w.unordered {
		return w.used > 0 && w.slots[w.head].done.Load()
	}
	for i := range w.slots {
		if w.slots[i].done.Load() {
			return true
		}
	}
	return false
}

// feed gives elements to workers while slots are free, and reports whether it
// did, or learned how the input ended. p is for the first element only.
func (w *workers[In, Out]) feed(dst *demand.Chunk[Out], p demand.Patience) (fed bool) {
	for w.used < len(w.slots) && w.err == nil && !w.failed.Load() {
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
	at := (w.head + w.used) % len(w.slots)
	if w.unordered {
		for at = 0; w.slots[at].busy; at++ {
		}
	}
	s := &w.slots[at]
	s.in, s.record, s.lineage, s.busy = w.in.Items()[0], w.in.Record(0), w.in.Lineage().Fork(), true
	w.in.Advance(1)
	w.used++
	if w.began < min(w.used, w.n) {
		w.began++
		w.wg.Add(1)
		w.cell.Run.Go(w.work)
	}
	w.jobs <- s
}

func (w *workers[In, Out]) work() {
	defer w.wg.Done()
	for s := range w.jobs {
		w.call(s)
		if s.err != nil {
			w.failed.Store(true)
		}
		s.done.Store(true)
		w.isl.Wake()
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
	for i := 0; i < len(w.slots) && w.used > 0; i++ {
		s := &w.slots[i]
		if !w.unordered {
			s = &w.slots[w.head]
			if !s.done.Load() {
				return
			}
		} else if !s.done.Load() {
			continue
		}
		if s.err == nil && s.keep && (dst.Free() == 0 || dst.Len() > 0 && dst.Lineage() != s.lineage) {
			return
		}
		w.leave(s, dst)
	}
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
	if !w.unordered {
		w.head = (w.head + 1) % len(w.slots)
	}
}

// close waits for the workers, who have nothing more to do.
func (w *workers[In, Out]) close() {
	if !w.closed {
		w.closed = true
		close(w.jobs)
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
