package operators

import (
	"iter"
	"runtime/debug"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// FlatMapSeq replaces each element by those of the sequence that f returns for
// it, which may be without end; a nil sequence has none. The sequence is asked
// for one more only while there is demand. When the stream ends early the
// sequence is told so: its yield returns false, and what it deferred runs. It
// runs on the stage's goroutine by turns, as with iter.Pull.
//
// An element counts as handled when its sequence has ended and all that came of
// it does.
//
//	in                    -a------b------|
//	FlatMapSeq(v1, v2)    -(a1a2)-(b1b2)-|
//
// Elsewhere: Pekko mapConcat, Reactor concatMapIterable, RxJava
// flatMapIterable, rill FlatMap.
//
// emits when the sequence yields · backpressures when downstream does ·
// completes when upstream does and the last sequence has ended · fails when
// upstream does · cancels when downstream does, and ends the sequence
func FlatMapSeq[In, Out any](f func(In) iter.Seq[Out], opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("FlatMapSeq", stage.TakesName, opts).Func(f == nil, "function")
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		return &flatMapSeq[In, Out]{up: up, rt: rt, f: f}
	})
}

type flatMapSeq[In, Out any] struct {
	up   demand.Upstream[In]
	rt   *stage.Runtime
	in   demand.Chunk[In] // its front element is the one whose sequence runs
	f    func(In) iter.Seq[Out]
	next func() (v Out, more, ok bool)
	stop func()
	err  error // a panic of user code
}

// sequences is one sequence of all, so that one coroutine does for a run: after
// the elements of each comes a zero one with false. Each runs while its element
// is at the front of the input.
func (m *flatMapSeq[In, Out]) sequences(yield func(Out, bool) bool) {
	// The stack is that of the coroutine, which is lost where next is called.
	defer func() {
		if v := recover(); v != nil {
			m.err = engine.Panicked(m.rt.Name(), v, debug.Stack())
		}
	}()
	for {
		if seq := m.f(m.in.Items()[0]); seq != nil {
			for v := range seq {
				if !yield(v, true) {
					return
				}
			}
		}
		var none Out
		if !yield(none, false) {
			return
		}
	}
}

func (m *flatMapSeq[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	for {
		if err := demand.Refill(m.up, &m.in, dst); err != nil || m.in.Len() == 0 {
			return err
		}
		if m.next == nil {
			m.next, m.stop = iter.Pull2(m.sequences)
		}
		if m.some(dst); m.err != nil {
			m.in.Fail(m.err)
		}
		if dst.Len() > 0 {
			return nil
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

// some works on the input until dst is full or the island is in a hurry.
func (m *flatMapSeq[In, Out]) some(dst *demand.Chunk[Out]) {
	hurry := dst.HurryFlag()
	var one [1]Out
	for m.in.Len() > 0 && demand.Accepts(dst, &m.in) {
		v, more, ok := m.next()
		switch {
		case more:
			one[0] = v
			demand.Expand(dst, &m.in, one[:])
		case ok:
			m.in.Advance(1)
		default:
			return
		}
		if hurry.Load() {
			return
		}
	}
}

func (m *flatMapSeq[In, Out]) Cancel(cause error) {
	defer m.up.Cancel(cause)
	if m.stop != nil && m.err == nil {
		if m.stop(); m.err != nil {
			m.rt.Cell().Run.Fail(m.err)
		}
	}
}
