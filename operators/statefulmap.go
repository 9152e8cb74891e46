package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// StatefulMap replaces each element by the elements that f returns for it, which
// may be none, and hands a state from call to call, which begins as init returns
// it for each run. When the stream ends, flush returns what is left in the state
// to be emitted; a nil flush emits nothing. It is called when the stream
// completes and when upstream fails, before the error; not when the run is
// stopped or downstream cancels.
//
// What does not fit into the demand is kept, and f is not called again before it
// has gone.
//
// The state is of one run and is not saved: an element counts as handled when
// what f returned for it does, although the state may remember it. What flush
// returns is of no element in particular. A run that is stopped loses the state,
// so for what must not be lost use Batch, Fold or Sliding, which hold.
//
//	in                       -1-2-3-|
//	StatefulMap(sum, last)   -1-3-6-6|
//
// Elsewhere: Pekko statefulMap and statefulMapConcat.
//
// emits when f returns elements, while there are more of them, and at the end ·
// backpressures when downstream does · completes when upstream does, after what
// flush returned · fails when upstream does, after what flush returned · cancels
// when downstream does · holds the state, and one slice
func StatefulMap[In, S, Out any](init func() S, f func(state S, v In) (S, []Out), flush func(state S) []Out, opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("StatefulMap", stage.TakesName, opts).Func(init == nil, "init function").Func(f == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		s := &statefulMap[In, S, Out]{init: init, flush: flush}
		s.each.up = up
		s.each.f = func(v In) (out []Out) {
			s.begin()
			s.state, out = f(s.state, v)
			return out
		}
		return s
	})
}

type statefulMap[In, S, Out any] struct {
	each    flatMap[In, Out]
	init    func() S
	state   S
	begun   bool
	flush   func(S) []Out
	flushed bool
	rest    []Out // of flush
}

// begin makes the state when it is first needed: Open calls no user code.
func (s *statefulMap[In, S, Out]) begin() {
	if !s.begun {
		s.state, s.begun = s.init(), true
	}
}

func (s *statefulMap[In, S, Out]) Pull(dst *demand.Chunk[Out]) error {
	err := s.each.Pull(dst)
	if err == nil || stopped(dst) {
		return err
	}
	if !s.flushed {
		s.flushed = true
		if s.flush != nil {
			s.begin()
			s.rest = s.flush(s.state)
		}
	}
	if len(s.rest) == 0 {
		return err
	}
	dst.SetLineage(nil)
	n := copy(dst.Spare(), s.rest)
	dst.Grow(n)
	s.rest = s.rest[n:]
	return nil
}

func (s *statefulMap[In, S, Out]) Cancel(cause error) {
	if len(s.rest) > 0 {
		s.each.in.End(cause)
	}
	s.flushed, s.rest = true, nil
	s.each.Cancel(cause)
}
