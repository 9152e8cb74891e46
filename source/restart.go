package source

import (
	"errors"
	"fmt"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Restarts says when and how often Restart opens a source anew.
type Restarts = stage.Restarts

// Restart is src, opened anew after a delay when it has failed. What src emitted
// before is delivered, at once, and what it emits after that comes behind it: one
// that reads from its beginning repeats elements, one that keeps account of what
// was handled, such as a topic's consumer, goes on. Each restart is counted among
// the stage's retries. What src registered to be closed with the run stays open
// until the run ends.
//
// Restart is for the source only: stages below know nothing of it, and keep what
// they hold. An error of a stage below is not seen here; for those there is
// stage.OnError with stage.Retry, by element. To try a whole flow again, as
// Reactor's retry does, run its pipeline again: it is a blueprint.
//
// A panic is not caught. A src that serves one run only, such as Chan, is a
// mistake.
//
// Elsewhere: Pekko RestartSource, Reactor retryWhen and repeatWhen of a source.
//
// emits when src does · backpressures when downstream does · completes when src
// does, unless Completed is set, and on drain · fails when src does once too often
// · cancels when downstream does
func Restart[T any](src stage.Source[T], r Restarts, opts ...stage.Option) stage.Source[T] {
	given := stage.Configure("Restart", stage.TakesName, opts)
	if src == nil {
		return stage.NewSource[T](given.Func(true, "source"), func(*stage.Runtime) demand.Upstream[T] { return nil })
	}
	m := src.Meta()
	m = m.Require(m.Once == nil, "%s can be opened only once, not anew", m.Title())
	m = r.Check(m.Require(given.Err == nil, "%w", given.Err))
	if given.Name != "" {
		m.Name = given.Name
	}
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		return &restart[T]{src: src, rt: rt, how: r, budget: r.Budget(), asleep: demand.Waiting{Link: rt.Name(), Outside: true}}
	})
}

type restart[T any] struct {
	ending
	src    stage.Source[T]
	rt     *stage.Runtime
	how    Restarts
	budget *stage.RestartBudget
	up     demand.Upstream[T] // nil while it waits
	opened time.Time
	due    time.Time // of the next opening
	alarm  demand.Alarm
	asleep demand.Waiting
}

func (s *restart[T]) Pull(dst *demand.Chunk[T]) error {
	for s.err == nil {
		if s.up == nil {
			if open, err := s.wait(dst); !open {
				return err
			}
			s.up, s.opened = s.src.Open(s.rt), time.Now()
		}
		err := s.up.Pull(dst)
		if err == nil {
			return nil
		}
		s.ended(dst, err)
	}
	return s.err
}

// ended decides what comes after err: another opening, or the end.
func (s *restart[T]) ended(dst *demand.Chunk[T], err error) {
	isl := dst.Island()
	cause := err
	switch {
	case err == demand.ErrStopped, s.rt.Reads().Err() != nil, isl != nil && isl.Stopped(), errors.Is(err, stage.ErrUsed):
		s.err = err
		return
	case err == demand.ErrCompleted:
		if cause = demand.ErrEnough; !s.how.Completed {
			s.err = err
			return
		}
	}
	due, again := s.budget.Next(s.opened)
	if !again {
		if s.err = err; err != demand.ErrCompleted {
			s.err = fmt.Errorf("after %d restarts: %w", s.budget.Made(), err)
		}
		return
	}
	s.up.Cancel(cause)
	s.up, s.due = nil, due
	s.rt.Cell().Retried()
}

// wait sleeps until the source is due. If it reports false, the pull ends before
// that.
func (s *restart[T]) wait(dst *demand.Chunk[T]) (open bool, err error) {
	isl := dst.Island()
	if isl == nil {
		isl = demand.NewIsland()
		dst.SetIsland(isl)
	}
	if time.Until(s.due) > 0 {
		if dst.Patience().IsNoWait() {
			s.alarm.Set(isl, s.due)
			return false, s.drained()
		}
		isl.Wait(s.rt.Draining, dst.Patience().Sooner(demand.Until(s.due)), &s.asleep)
	}
	switch {
	case s.rt.Draining():
		return false, s.drained()
	case isl.Stopped():
		return false, demand.ErrStopped
	}
	return time.Until(s.due) <= 0, nil
}

// drained ends a source that has nothing to deliver on a drain.
func (s *restart[T]) drained() error {
	if s.rt.Draining() {
		s.err = demand.ErrCompleted
	}
	return s.err
}

func (s *restart[T]) Cancel(cause error) {
	s.alarm.Stop()
	s.ending.Cancel(cause)
	if s.up != nil {
		s.up.Cancel(cause)
	}
}
