package operators

import (
	"iter"

	"github.com/weir-go/weir/demand"
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
// emits when the sequence yields · backpressures when downstream does ·
// completes when upstream does and the last sequence has ended · fails when
// upstream does · cancels when downstream does, and ends the sequence
func FlatMapSeq[In, Out any](f func(In) iter.Seq[Out], opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("FlatMapSeq", stage.TakesName, opts).Func(f == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		return &flatMapSeq[In, Out]{up: up, f: f}
	})
}

type flatMapSeq[In, Out any] struct {
	up   demand.Upstream[In]
	in   demand.Chunk[In] // its front element is the one whose sequence is open
	f    func(In) iter.Seq[Out]
	next func() (Out, bool)
	stop func()
}

func (m *flatMapSeq[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	for {
		if err := demand.Refill(m.up, &m.in, dst); err != nil || m.in.Len() == 0 {
			return err
		}
		if m.some(dst); dst.Len() > 0 {
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
		if m.next == nil {
			if seq := m.f(m.in.Items()[0]); seq != nil {
				m.next, m.stop = iter.Pull(seq)
			}
		}
		more := false
		if m.next != nil {
			one[0], more = m.next()
		}
		if more {
			demand.Expand(dst, &m.in, one[:])
		} else {
			m.next, m.stop = nil, nil
			m.in.Advance(1)
		}
		if hurry.Load() {
			return
		}
	}
}

func (m *flatMapSeq[In, Out]) Cancel(cause error) {
	defer m.up.Cancel(cause)
	if m.stop != nil {
		m.stop()
	}
}
