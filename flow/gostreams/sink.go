package gostreams

import (
	"time"

	streams "github.com/reugn/go-streams"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Sink sends every element to a sink of go-streams. open makes it, anew for each
// run, at the first element or at the end. Give the context, the logger and the
// Cancel of the Tie to what it makes:
//
//	gostreams.Sink[string](func(t *gostreams.Tie) (streams.Sink, error) {
//		return extension.NewFileSink("out.txt", extension.WithLogger(t.Logger()), extension.WithContextCancel(t.Cancel)), nil
//	})
//
// At the end it closes the channel of their sink and waits until that has
// completed. A sink of theirs that fails goes on taking elements; what it has
// logged, or that it has cancelled, is the error here.
//
// backpressures when their sink takes nothing · completes when their sink has ·
// fails when the Tie does, or when the sink has not completed after the grace
// although the run has failed · handled when their sink has taken an element
func Sink[T any](open func(t *Tie) (streams.Sink, error), opts ...stage.Option) stage.Sink[T] {
	m := small(stage.Configure("GoStreamsSink", stage.TakesWindow, opts).Func(open == nil, "function"))
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] {
		tie := newTie(rt, rt.Context())
		return &theirSink[T]{sender: sender[T]{ctx: tie.ctx}, rt: rt, tie: tie, open: open}
	})
}

type theirSink[T any] struct {
	sender[T]
	rt   *stage.Runtime
	tie  *Tie
	open func(*Tie) (streams.Sink, error)
	sink streams.Sink
}

func (s *theirSink[T]) Write(in *demand.Chunk[T]) error {
	err := s.begin()
	if err == nil {
		err = s.send(in)
	}
	if failure := s.tie.Err(); failure != nil {
		return failure
	}
	return err
}

// begin makes their sink, if it is not yet.
func (s *theirSink[T]) begin() error {
	if s.sink != nil {
		return nil
	}
	sink, err := s.open(s.tie)
	if err != nil {
		return err
	}
	if sink == nil {
		return errNil
	}
	s.sink, s.to = sink, sink.In()
	return nil
}

func (s *theirSink[T]) Flush() error { return nil }

func (s *theirSink[T]) Close(cause error) error {
	defer s.tie.cancel()
	if cause == nil {
		if err := s.begin(); err != nil {
			return err
		}
	}
	if s.sink == nil {
		return nil
	}
	s.close()
	if cause != nil {
		s.tie.cancel()
	}
	if err := s.await(); err != nil {
		return err
	}
	return s.tie.Err()
}

// await waits until their sink has completed: as long as it takes, and no longer
// than the grace when the run has failed.
func (s *theirSink[T]) await() error {
	done := engine.Aside(s.rt.Name(), s.sink.AwaitCompletion)
	select {
	case err := <-done:
		return err
	case <-s.rt.Context().Done():
	case <-s.tie.ctx.Done():
	}
	t := time.NewTimer(s.tie.grace)
	defer t.Stop()
	select {
	case err := <-done:
		return err
	case <-t.C:
		return s.tie.left()
	}
}
