package operators

import (
	"slices"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Sliding emits windows of n elements, beginning a new one every step elements.
// With step below n, windows overlap by n - step elements; with step above n, the
// elements between windows are left out and count as handled. At the end the last
// window is shorter if it holds elements that were in no window before; so every
// element is in one where step is at most n. Each window is a new slice, and
// belongs to whoever gets it.
//
//	n = 3, step = 1:  1 2 3 4 5  →  [1 2 3] [2 3 4] [3 4 5]
//	n = 3, step = 2:  1 2 3 4 5 6  →  [1 2 3] [3 4 5] [5 6]
//	n = 2, step = 3:  1 2 3 4 5 6 7  →  [1 2] [4 5] [7]
//
// An element counts as handled when all windows with it do; so those that would
// be in the next window too are open while the stream goes on, and a source that
// keeps account delivers them again when it fails or is stopped.
//
//	in               -a-b---c---d---|
//	Sliding(2, 1)    ---[ab][bc][cd]|
//
// Elsewhere: Pekko sliding, Reactor buffer(size,skip), RxJava
// buffer(count,skip).
//
// emits when n elements have come, then every step elements, and at the end ·
// backpressures when downstream does · completes when upstream does, after the
// last window · fails when upstream does, after the last window · cancels when
// downstream does · holds at most n elements
func Sliding[T any](n, step int, opts ...stage.Option) stage.Stage[T, []T] {
	m := stage.Configure("Sliding", stage.TakesName, opts).Positive(n, "window size").Positive(step, "step")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[[]T] {
		return &sliding[T, []T]{up: up, n: n, step: step, make: slices.Clone[[]T]}
	})
}

// sliding makes one element of each window. It is the inside of Pairwise too.
type sliding[T, Out any] struct {
	up    demand.Upstream[T]
	in    demand.Chunk[T]
	n     int
	step  int
	win   demand.Overlap[T]
	fresh int // elements of win that were in no window yet
	skip  int // elements to leave out before the next window
	make  func(window []T) Out
	whole bool // a shorter window at the end is none
}

func (s *sliding[T, Out]) Pull(dst *demand.Chunk[Out]) error {
	for {
		// A window may be waiting for demand.
		if s.some(dst); dst.Len() > 0 {
			return nil
		}
		if err := demand.RefillMax(s.up, &s.in, dst, s.wanted(dst.Free()), demand.Forever); err != nil {
			return s.end(dst, err)
		}
		if s.in.Len() == 0 {
			return nil
		}
		if s.some(dst); dst.Len() > 0 {
			return nil
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

// wanted returns how many elements make so many windows.
func (s *sliding[T, Out]) wanted(windows int) int {
	first := s.skip + s.n - s.win.Len()
	if first >= maxRead || windows-1 > (maxRead-first)/s.step {
		return maxRead
	}
	return first + (windows-1)*s.step
}

// some works on the input until dst has to be handed on.
func (s *sliding[T, Out]) some(dst *demand.Chunk[Out]) {
	for {
		switch {
		case s.win.Len() == s.n:
			if !demand.EmitOf(&s.win, dst, s.make) {
				return
			}
			s.next()
		case s.in.Len() == 0:
			return
		case s.skip > 0:
			k := min(s.skip, s.in.Len())
			s.in.Advance(k)
			s.skip -= k
		default:
			s.fresh += s.win.Take(&s.in, s.n, dst)
		}
	}
}

// next makes room for the next window, after one was emitted.
func (s *sliding[T, Out]) next() {
	s.fresh = 0
	k := min(s.step, s.win.Len())
	s.win.Drop(k)
	s.skip = s.step - k
}

// end emits the last window, if it holds something new, before the error.
func (s *sliding[T, Out]) end(dst *demand.Chunk[Out], err error) error {
	if s.fresh > 0 && !s.whole && !stopped(dst) {
		demand.EmitOf(&s.win, dst, s.make)
		s.next()
		return nil
	}
	if err == demand.ErrCompleted {
		s.win.Drop(s.win.Len())
	}
	return err
}

func (s *sliding[T, Out]) Cancel(cause error) {
	s.fresh = 0 // the run gives up what is held
	s.up.Cancel(cause)
}
