package gostreams

import (
	streams "github.com/reugn/go-streams"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Source emits what a source of go-streams sends, or what comes out of a flow of
// theirs behind one. open makes it, anew for each run, at the first demand; give
// the context and the logger of the Tie to what it makes.
//
// Elements that are not of type T fail the run with a [TypeError]. A source of
// theirs ends by closing its channel, after a failure too: what it has logged to
// the logger of the Tie before is the error then.
//
//	their source  -a-b---c-|
//	Source        -a-b---c-|
//
// emits when their source sends · backpressures when downstream does: their source
// waits in its send, and has read ahead what it likes · completes when their source
// closes its channel · fails when the Tie does, when an element has another type,
// or when the source has not ended after the grace · cancels their context, and
// receives until their source has ended · drained, it delivers what their source
// sends until it has ended
func Source[T any](open func(t *Tie) (streams.Outlet, error), opts ...stage.Option) stage.Source[T] {
	m := stage.Configure("GoStreamsSource", stage.TakesName, opts).Func(open == nil, "function")
	m.Blocking, m.DrainsItself = true, true
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		return &theirSource[T]{receiver: receiver[T]{rt: rt, ends: true}, open: open}
	})
}

type theirSource[T any] struct {
	receiver[T]
	open func(*Tie) (streams.Outlet, error)
	gone bool
}

func (s *theirSource[T]) Pull(dst *demand.Chunk[T]) error {
	switch {
	case s.err != nil:
	case s.tie == nil && s.rt.Draining():
		s.err = demand.ErrCompleted
	case s.tie == nil:
		s.err = s.begin()
	}
	return s.pull(dst)
}

// begin makes their source.
func (s *theirSource[T]) begin() error {
	s.tie = newTie(s.rt, s.rt.Reads())
	s.over = func() error {
		if err := s.tie.Err(); err != nil {
			return err
		}
		return demand.ErrCompleted
	}
	out, err := s.open(s.tie)
	if err != nil {
		return err
	}
	if out == nil {
		return errNil
	}
	s.from = out.Out()
	return s.tie.Err()
}

// Cancel implements demand.Upstream. Their source may take its time to end, which
// holds nobody up.
func (s *theirSource[T]) Cancel(cause error) {
	if s.gone {
		return
	}
	s.gone = true
	if s.err == nil {
		s.err = cause
	}
	if s.tie != nil {
		s.tie.cancel()
	}
	if s.from != nil && !s.shut {
		engine.Later(s.rt.Cell(), s.wind)
	}
}

// wind receives until their source has ended.
func (s *theirSource[T]) wind() {
	told := make(chan struct{})
	close(told)
	if !s.drain(told) {
		_ = s.tie.left()
	}
}
