package engine

import "github.com/weir-go/weir/demand"

// WithLatestFrom returns fn of each element of main and the latest one of other.
// While other has given none, those of main wait. Each gets an island of its own
// and a link of capacity n, unless it is the end of a link already.
func WithLatestFrom[A, B, C any](cell *Cell, main demand.Upstream[A], other demand.Upstream[B], fn func(A, B) C, reason string, n, windowMin, windowMax int) demand.Upstream[C] {
	w := &withLatest[A, B, C]{cell: cell, fn: fn, reason: reason}
	w.main.link = input(cell, 0, main, n, windowMin, windowMax)
	w.other.link = input(cell, 1, other, n, windowMin, windowMax)
	w.waiting.Link = cell.Name
	return Meter(cell, w, false)
}

type withLatest[A, B, C any] struct {
	cell    *Cell
	fn      func(A, B) C
	reason  string // with which elements of other are dropped that were combined with nothing
	main    side[A]
	other   side[B]
	isl     *demand.Island
	waiting demand.Waiting
	err     error
}

func (w *withLatest[A, B, C]) Pull(dst *demand.Chunk[C]) error {
	if w.err != nil {
		return w.err
	}
	if w.isl == nil {
		w.isl = dst.Island()
		w.main.link.Attach(w.isl)
		w.other.link.Attach(w.isl)
	}
	for {
		if err := w.look(dst); err != nil {
			w.end(err)
			return err
		}
		if dst.Len() > 0 {
			return nil
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
		if !w.isl.Wait(w.ready, dst.Patience(), &w.waiting) {
			if w.isl.Stopped() {
				return demand.ErrStopped
			}
			return nil
		}
	}
}

// look combines what main has with what is the latest of other now.
func (w *withLatest[A, B, C]) look(dst *demand.Chunk[C]) error {
	if err := w.refresh(dst); err != nil {
		return err
	}
	if w.main.ready() {
		if err := fill(&w.main, dst, dst.Free()); err != nil {
			return err
		}
	}
	if w.main.over || w.other.over && !w.other.latest.Held() {
		return demand.ErrCompleted
	}
	if w.other.latest.Held() {
		demand.CombineInto(dst, &w.main.in, nil, &w.other.latest, w.fn)
	}
	return nil
}

// refresh reads what other has by now: as much as its link holds, so that one
// that always has something does not keep main waiting.
func (w *withLatest[A, B, C]) refresh(dst *demand.Chunk[C]) error {
	for left := w.other.link.Cap(); left > 0 && w.other.ready(); {
		if err := fill(&w.other, dst, left); err != nil {
			return err
		}
		left -= w.other.in.Len()
		w.cell.Drop(w.reason, w.other.latest.Keep(&w.other.in, w.other.in.Len(), dst))
	}
	return nil
}

// ready reports that a look would lead to something. What was read of main waits
// for other alone.
func (w *withLatest[A, B, C]) ready() bool {
	return w.other.ready() || w.main.in.Len() == 0 && w.main.ready() || w.main.in.Len() > 0 && w.other.latest.Held()
}

func (w *withLatest[A, B, C]) end(err error) {
	w.err = err
	if err == demand.ErrCompleted {
		err = demand.ErrEnough
	}
	w.main.close(w.cell, err)
	w.other.close(w.cell, err)
}

func (w *withLatest[A, B, C]) Cancel(cause error) {
	if w.err == nil {
		w.end(cause)
		w.err = cause
	}
}
