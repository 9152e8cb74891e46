package source

import (
	"iter"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Seq emits what seq yields. The iterator runs a step at a time, when an
// element is asked for, and each element is handed on before the next step, so
// seq may wait; it is not told when the run ends, so a step that waits for ever
// holds up the end of the run. When no more is wanted, its yield returns false.
// Each run ranges over seq anew.
//
// Elsewhere: Pekko Source.fromIterator, Reactor fromStream, RxJava fromStream,
// rill FromSeq.
//
// emits when seq yields · completes when seq ends, or on drain · never fails
func Seq[T any](seq iter.Seq[T], opts ...stage.Option) stage.Source[T] {
	m := stage.Configure("Seq", stage.TakesName, opts).Func(seq == nil, "sequence")
	m.Blocking = true
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		return &sequence[T]{rt: rt, seq: func(yield func(T, error) bool) {
			seq(func(v T) bool { return yield(v, nil) })
		}}
	})
}

// Seq2 is Seq for an iterator that may fail: an error that seq yields fails the
// stream, behind the elements before, and seq is left.
//
// Elsewhere: rill FromSeq2.
//
// emits when seq yields · completes when seq ends, or on drain · fails when seq
// yields an error
func Seq2[T any](seq iter.Seq2[T, error], opts ...stage.Option) stage.Source[T] {
	m := stage.Configure("Seq2", stage.TakesName, opts).Func(seq == nil, "sequence")
	m.Blocking = true
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		return &sequence[T]{rt: rt, seq: seq}
	})
}

type sequence[T any] struct {
	ending
	rt   *stage.Runtime
	seq  iter.Seq2[T, error]
	next func() (T, error, bool)
	stop func()
}

func (s *sequence[T]) Pull(dst *demand.Chunk[T]) error {
	if s.err != nil {
		return s.err
	}
	if s.next == nil {
		s.next, s.stop = iter.Pull2(s.seq)
		// For the stage below that keeps a cancel to itself.
		s.rt.OnClose(func() error { s.stop(); return nil })
	}
	switch v, err, ok := s.next(); {
	case !ok:
		s.err = demand.ErrCompleted
	case err != nil:
		s.err = foreign(err)
	default:
		dst.Append(v)
	}
	return s.err
}

func (s *sequence[T]) Cancel(cause error) {
	s.ending.Cancel(cause)
	if s.stop != nil {
		s.stop()
	}
}
