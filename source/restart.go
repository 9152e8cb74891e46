package source

import (
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Restarts says when and how often Restart opens a source anew.
type Restarts struct {
	// First is the delay before the first restart. Each further one is half as long
	// again, up to Most. After the source has run for Most it is First again.
	First, Most time.Duration
	// Jitter is how far a delay is spread at random, as a part of it below one: 0.5
	// makes between 50 and 150 ms of 100 ms. Where it is 0, delays are exact.
	Jitter float64
	// No more than Max restarts are made within the time Within, or in the whole run
	// where that is 0; the next failure fails the stream. Where Max is 0 there is no
	// limit.
	Max    int
	Within time.Duration
	// Completed opens the source anew also when it has completed.
	Completed bool
}

func (r Restarts) check(m stage.Meta) stage.Meta {
	m = m.Require(r.First > 0 && r.Most >= r.First, "Restart wants 0 < First <= Most, has %s, %s", r.First, r.Most)
	m = m.Require(r.Jitter >= 0 && r.Jitter < 1, "Restart wants 0 <= Jitter < 1, has %v", r.Jitter)
	m = m.Require(r.Max >= 0, "Restart: Max must not be negative, is %d", r.Max)
	return m.Require(r.Within >= 0, "Restart: Within must not be negative, is %s", r.Within)
}

func (r Restarts) delays() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.RandomizationFactor = r.First, r.Most, r.Jitter
	b.Reset()
	return b
}

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
	m = r.check(m.Require(given.Err == nil, "%w", given.Err))
	if given.Name != "" {
		m.Name = given.Name
	}
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		return &restart[T]{src: src, rt: rt, how: r, delays: r.delays(), asleep: demand.Waiting{Link: rt.Name(), Outside: true}}
	})
}

type restart[T any] struct {
	ending
	src    stage.Source[T]
	rt     *stage.Runtime
	how    Restarts
	delays *backoff.ExponentialBackOff
	up     demand.Upstream[T] // nil while it waits
	opened time.Time
	due    time.Time   // of the next opening
	made   []time.Time // the restarts that count
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
	isl, now := dst.Island(), time.Now()
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
	if now.Sub(s.opened) >= s.how.Most {
		s.delays.Reset()
	}
	for s.how.Within > 0 && len(s.made) > 0 && now.Sub(s.made[0]) >= s.how.Within {
		s.made = s.made[1:]
	}
	if s.how.Max > 0 && len(s.made) >= s.how.Max {
		if s.err = err; err != demand.ErrCompleted {
			s.err = fmt.Errorf("after %d restarts: %w", len(s.made), err)
		}
		return
	}
	if s.how.Max > 0 {
		s.made = append(s.made, now)
	}
	s.up.Cancel(cause)
	s.up, s.due = nil, now.Add(s.delays.NextBackOff())
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
