package gostreams

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A receiver pulls from a channel of theirs: it takes what is there, up to what
// was asked for, and waits only while there is nothing.
type receiver[T any] struct {
	rt   *stage.Runtime
	tie  *Tie
	from <-chan any
	over func() error // why the channel was closed
	tags *tags        // of the elements under way, for Each
	ends bool         // drained, it delivers until the channel is closed
	due  time.Time    // when it has to be, once drained
	err  error
	shut bool // the channel is closed
}

func (r *receiver[T]) pull(dst *demand.Chunk[T]) error {
	if r.err == nil {
		failure := r.tie.Err()
		r.take(dst)
		r.fail(failure)
	}
	for r.err == nil && dst.Len() == 0 && !dst.Patience().Out(time.Now()) {
		r.wait(dst)
	}
	if dst.Len() > 0 {
		return nil // an end comes with the next pull
	}
	return r.err
}

// take takes what is there without waiting.
func (r *receiver[T]) take(dst *demand.Chunk[T]) {
	for dst.Free() > 0 && r.err == nil && (dst.Len() == 0 || r.tags.joins(dst.Lineage())) {
		select {
		case v, open := <-r.from:
			r.put(dst, v, open)
		default:
			return
		}
	}
}

// put gives an element its type, or ends.
func (r *receiver[T]) put(dst *demand.Chunk[T], v any, open bool) {
	if !open {
		r.shut, r.err = true, r.over()
		if r.rt.Context().Err() != nil {
			r.err = demand.ErrStopped // closed because of that: it promises nothing
		}
		return
	}
	of, err := r.tags.pop()
	var t T
	if err == nil {
		t, err = as[T](r.rt.Name(), v)
	}
	switch {
	case err != nil:
		of.lineage.Abandon(err)
		r.rt.Failed(1)
		r.rt.Discarded(1)
		r.err = err
		return
	case dst.Len() == 0:
		dst.SetLineage(of.lineage)
	default:
		of.lineage.Release()
	}
	dst.AppendRecord(t, of.record)
}

// fail ends with the failure of their part, if there is one, behind what is there.
func (r *receiver[T]) fail(err error) {
	if err != nil && r.err == nil {
		r.err = err
	}
}

// wait waits for an element, the end, or the end of patience.
func (r *receiver[T]) wait(dst *demand.Chunk[T]) {
	stop := r.tie.ctx.Done()
	until, _ := dst.Patience().Deadline()
	if r.ends && r.rt.Draining() && r.tie.Err() == nil {
		// Their part has been told, and gives what it has read.
		stop = r.rt.Context().Done()
		if r.due.IsZero() {
			r.due = time.Now().Add(r.tie.grace)
		}
		if until.IsZero() || r.due.Before(until) {
			until = r.due
		}
	}
	var late <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(time.Until(until))
		defer t.Stop()
		late = t.C
	}
	r.receive(dst, stop, late)
	if dst.Len() > 0 {
		r.take(dst)
	}
}

func (r *receiver[T]) receive(dst *demand.Chunk[T], stop <-chan struct{}, late <-chan time.Time) {
	defer stage.Waits(dst)()
	select {
	case v, open := <-r.from:
		r.put(dst, v, open)
	case <-late:
		if !r.due.IsZero() && !time.Now().Before(r.due) {
			r.err = demand.ErrCompleted
		}
	case <-stop:
		failure := r.tie.Err()
		switch {
		case failure != nil:
			r.take(dst)
			r.fail(failure)
		case r.rt.Context().Err() != nil || !r.rt.Draining():
			r.err = demand.ErrStopped
		case !r.ends:
			r.err = demand.ErrDrained
		}
	}
}

// drain receives what still comes, so that who sends can end, and counts it as
// discarded. It reports false if the channel is not closed after the grace, which
// begins when ready is closed.
func (r *receiver[T]) drain(ready <-chan struct{}) bool {
	var late <-chan time.Time
	for !r.shut {
		select {
		case _, open := <-r.from:
			if r.shut = !open; open {
				r.rt.Discarded(1)
			}
		case <-ready:
			ready = nil
			if r.due.IsZero() {
				r.due = time.Now().Add(r.tie.grace)
			}
			t := time.NewTimer(time.Until(r.due))
			defer t.Stop()
			late = t.C
		case <-late:
			return false
		}
	}
	return true
}
