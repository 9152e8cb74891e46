package sink

import (
	"errors"
	"fmt"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Restart is to, closed and opened anew after a delay when it has failed in a
// write or a flush. Upstream waits meanwhile. What to had taken since its last
// flush is written again first, so that nothing is lost, and something may be
// written twice: an upsert, or a receiver that knows what it has, sorts that out.
// An element that to refuses for what it is fails it again each time: give to a
// policy for those, with stage.OnError, or set Max.
//
// Each restart is counted among the stage's retries. What to registered to be
// closed with the run stays open until then. An error of the failed sink's close is
// logged. A failure of the last close is one of the run. A panic is not
// caught.
//
// Elsewhere: Pekko RestartSink.
//
// backpressures when to does, and until it is opened anew · completes when
// upstream does, after a flush · fails when upstream does, and when to does once
// too often · handled when to says so · holds what to has taken since its last
// flush
func Restart[T any](to stage.Sink[T], r stage.Restarts, opts ...stage.Option) stage.Sink[T] {
	given := stage.Configure("Restart", stage.TakesName, opts)
	m := around("Restart", to)
	if to != nil {
		m = m.Require(m.Once == nil, "%s can be opened only once, not anew", m.Title())
	}
	m = r.Check(m.Require(given.Err == nil, "%w", given.Err))
	m = m.Require(!r.Completed, "Restart: Completed is for sources")
	if given.Name != "" {
		m.Name = given.Name
	}
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] {
		return &restarting[T]{to: to, rt: rt, keeps: m.Flushes, budget: r.Budget()}
	})
}

type restarting[T any] struct {
	to     stage.Sink[T]
	rt     *stage.Runtime
	keeps  bool // to holds elements back until it is flushed
	budget *stage.RestartBudget
	w      stage.Writer[T] // nil while there is none
	opened time.Time
	kept   []T // taken since the last flush, if to holds elements back
	again  demand.Chunk[T]
}

func (r *restarting[T]) Write(in *demand.Chunk[T]) error {
	return r.try(func() error {
		if in.Len() == 0 {
			return nil // taken before the failure, and written again
		}
		if !r.keeps {
			return r.w.Write(in)
		}
		n, before := len(r.kept), in.Len()
		r.kept = append(r.kept, in.Items()...)
		err := r.w.Write(in)
		took := n + before - in.Len()
		clear(r.kept[took:])
		r.kept = r.kept[:took]
		return err
	})
}

func (r *restarting[T]) Flush() error {
	err := r.try(func() error { return r.w.Flush() })
	if err == nil {
		clear(r.kept)
		r.kept = r.kept[:0]
	}
	return err
}

func (r *restarting[T]) Close(cause error) error {
	if r.w == nil {
		if cause != nil {
			return nil
		}
		r.open() // it may write something where no element came
	}
	return r.w.Close(cause)
}

func (r *restarting[T]) open() { r.w, r.opened = r.to.Open(r.rt), time.Now() }

// try calls f, with a sink that has all that was taken since the last flush, until
// it succeeds or the budget is used up.
func (r *restarting[T]) try(f func() error) error {
	for {
		err := r.ready()
		if err == nil {
			err = f()
		}
		if err == nil || err == demand.ErrEnough || r.rt.Context().Err() != nil {
			return err
		}
		due, again := r.budget.Next(r.opened)
		if !again {
			return fmt.Errorf("after %d restarts: %w", r.budget.Made(), err)
		}
		w := r.w
		r.w = nil
		if cerr := w.Close(err); cerr != nil {
			r.rt.Logger().Warn("closing what is opened anew", "error", cerr)
		}
		r.rt.Cell().Retried()
		if err := engine.Sleep(r.rt.Context(), time.Until(due)); err != nil {
			return err
		}
	}
}

// ready opens a sink if there is none, and writes again what the one before had
// not flushed.
func (r *restarting[T]) ready() error {
	if r.w != nil {
		return nil
	}
	r.open()
	if len(r.kept) == 0 {
		return nil
	}
	r.again.Reset(len(r.kept))
	for _, v := range r.kept {
		r.again.Append(v)
	}
	defer func() { r.again = demand.Chunk[T]{} }()
	for r.again.Len() > 0 {
		before := r.again.Len()
		if err := r.w.Write(&r.again); err != nil {
			return err
		}
		if r.again.Len() == before {
			return errTookNone
		}
	}
	return nil
}

var errTookNone = errors.New("the sink took no element")
