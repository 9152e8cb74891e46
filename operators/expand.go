package operators

import (
	"iter"
	"runtime"
	"runtime/debug"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Expand replaces each element by the sequence that fn returns for it, of which
// downstream gets the first element, and more of them for as long as it asks
// faster than upstream gives: when the next element comes, the sequence is left and
// that of the new one begins. The sequence may be without end. A nil or empty one
// emits nothing; behind the end of one downstream waits for upstream.
//
// At most one element is made for each request, when it is made. Who asks without
// a limit, as sink.ForEach and sink.Discard do, gets elements without a limit, and
// keeps a processor busy: put what paces the stream below, such as Throttle, or a
// sink that takes its time. A link or a buffer below asks ahead, and holds elements
// that have become old.
//
// An element counts as handled when the first of its sequence does; the others
// are made of nothing new, and belong to no read. What is above runs on another
// goroutine. Sequences run by turns with the stage, as with FlatMapSeq, and are
// ended when they are left.
//
// This is not the expand of RxJS and Reactor, which feeds what fn returns to fn
// again.
//
//	in                        1-----2---|
//	Expand(v, then v + 0.1)   1-1.1-2-2.1|    asked for every 2 ms
//
// Elsewhere: Pekko expand.
//
// emits when an element comes, and while its sequence yields and downstream asks ·
// backpressures when downstream does · completes when upstream does, after the
// first of the last sequence · fails when upstream does, likewise · cancels when
// downstream does, and ends the sequence · starts 1 goroutine · holds one element
// that has come, and the sequence of the one before
func Expand[In, Out any](fn func(In) iter.Seq[Out], opts ...stage.Option) stage.Stage[In, Out] {
	return newExpand("Expand", fn, nil, opts)
}

func newExpand[In, Out any](kind string, fn func(In) iter.Seq[Out], initial []In, opts []stage.Option) stage.Stage[In, Out] {
	m := stage.Configure(kind, stage.TakesName, opts).Func(fn == nil, "function")
	m.Link, m.Capacity = true, 1
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		// One element: what waits behind another is not the last one.
		e := &expand[In, Out]{up: engine.Link(inlet(rt), up, 1, 1, 1), rt: rt, fn: fn}
		e.in.Reset(1)
		for _, v := range initial {
			e.in.Append(v)
		}
		return engine.Meter(rt.Cell(), e, false)
	})
}

type expand[In, Out any] struct {
	up   demand.Upstream[In] // a link
	rt   *stage.Runtime
	in   demand.Chunk[In] // a new element, or nothing
	fn   func(In) iter.Seq[Out]
	next func() (v Out, more, ok bool)
	stop func()
	live bool  // a sequence is under way
	left bool  // it is to end, as a new element has come
	err  error // a panic of user code
}

// sequences is one sequence of all, so that one coroutine does for a run: behind
// the elements of one that has ended comes a zero one with false. Each begins
// while its element is in the input.
func (e *expand[In, Out]) sequences(yield func(Out, bool) bool) {
	// The stack is that of the coroutine, which is lost where next is called.
	defer func() {
		if v := recover(); v != nil {
			e.err = engine.Panicked(e.rt.Name(), v, debug.Stack())
		}
	}()
	for {
		if seq := e.fn(e.in.Items()[0]); seq != nil {
			for v := range seq {
				if !yield(v, true) {
					return
				}
				if e.left {
					break
				}
			}
		}
		if e.left {
			e.left = false
			continue
		}
		var none Out
		if !yield(none, false) {
			return
		}
	}
}

func (e *expand[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	if e.next == nil {
		e.next, e.stop = iter.Pull2(e.sequences)
	}
	for {
		if err := e.look(dst); err != nil {
			return err
		}
		came := e.in.Len() > 0
		if !came && !e.live {
			return nil
		}
		e.one(dst, came)
		if e.err != nil {
			e.in.Fail(e.err)
			return e.err
		}
		if dst.Len() > 0 {
			return nil
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

// look takes a new element in, and waits for it if there is no sequence.
func (e *expand[In, Out]) look(dst *demand.Chunk[Out]) error {
	if !e.live {
		return demand.RefillMax(e.up, &e.in, dst, 1, demand.Forever)
	}
	if err := demand.RefillMax(e.up, &e.in, dst, 1, demand.NoWait); err != nil || e.in.Len() > 0 {
		return err
	}
	// Who asks without a limit does not sleep, and on a single processor would
	// keep upstream from giving anything new.
	runtime.Gosched()
	return demand.RefillMax(e.up, &e.in, dst, 1, demand.NoWait)
}

// one appends an element: the first of a new sequence, or one more of that under
// way, if there is one.
func (e *expand[In, Out]) one(dst *demand.Chunk[Out], first bool) {
	e.left = first && e.live
	v, more, _ := e.next()
	e.live = more
	switch {
	case more && first:
		demand.Expand(dst, &e.in, []Out{v})
	case more:
		dst.Append(v)
	}
	if first && e.err == nil {
		e.in.Advance(1)
	}
}

func (e *expand[In, Out]) Cancel(cause error) {
	defer e.up.Cancel(cause)
	if e.stop != nil && e.err == nil {
		if e.stop(); e.err != nil {
			e.rt.Cell().Run.Fail(e.err)
		}
	}
}
