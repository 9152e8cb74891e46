package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ReasonSuperseded is the reason with which Debounce, SampleTime, Audit and
// SwitchMap drop elements, and flow.CombineLatest and its kin: a later one came
// before their time.
const ReasonSuperseded = "superseded"

// latest holds the latest element until its time has come, and drops those that
// it takes the place of. It is what Debounce, SampleTime and Audit are made of.
type latest[T any] struct {
	up    demand.Upstream[T]
	rt    *stage.Runtime
	in    *demand.Chunk[T]
	held  *demand.Chunk[T] // the latest element, or nothing
	due   time.Time        // when it goes
	alarm demand.Alarm

	// when says at which time an element goes that came at now; the one before it,
	// if one is held, was to go at due.
	when func(now, due time.Time, holds bool) time.Time
}

// newLatest returns the meta and the stage of an operator that holds the latest.
// when is made anew for each run.
func newLatest[T any](kind string, d time.Duration, opts []stage.Option, when func() func(now, due time.Time, holds bool) time.Time) stage.Stage[T, T] {
	m := stage.Configure(kind, stage.TakesName, opts).Require(d > 0, "time must be positive, is %s", d)
	m.Patient = true
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &latest[T]{up: up, rt: rt, in: new(demand.Chunk[T]), held: new(demand.Chunk[T]), when: when()}
	})
}

func (l *latest[T]) Pull(dst *demand.Chunk[T]) error {
	for {
		p := demand.Forever
		if l.held.Len() > 0 {
			// What is due goes before anything new is looked at: who asks seldom would
			// else find it superseded each time.
			if !time.Now().Before(l.due) {
				l.emit(dst)
				return nil
			}
			p = demand.Until(l.due)
		}
		if err := demand.RefillMax(l.up, l.in, dst, maxRead, p); err != nil {
			if l.held.Len() == 0 || stopped(dst) {
				return err
			}
			l.emit(dst)
			return nil
		}
		came := l.in.Len() > 0
		if came {
			l.take(dst)
		}
		switch {
		case dst.Len() > 0:
			return nil
		case l.held.Len() == 0:
			return nil // nothing came in time
		case dst.Patience().IsNoWait() && !came: // else there may be more, or the end
			l.alarm.Set(dst.Island(), l.due)
			return nil
		}
		if yes, err := demand.Impatient(dst); yes && (err != nil || time.Now().Before(l.due)) {
			return err
		}
	}
}

// take makes the last element of the input the one that is held, and drops the
// others. One whose time came while upstream was at work goes to dst.
func (l *latest[T]) take(dst *demand.Chunk[T]) {
	now := time.Now()
	if l.held.Len() > 0 && !now.Before(l.due) {
		l.emit(dst)
	}
	gone := l.held.Len() + l.in.Len() - 1
	l.due = l.when(now, l.due, l.held.Len() > 0)
	l.held.Advance(l.held.Len())
	l.in.Advance(l.in.Len() - 1)
	l.in, l.held = l.held, l.in
	if gone > 0 {
		l.rt.Dropped(ReasonSuperseded, gone)
	}
}

func (l *latest[T]) emit(dst *demand.Chunk[T]) {
	demand.Move(dst, l.held)
	l.alarm.Stop()
}

func (l *latest[T]) Cancel(cause error) {
	l.alarm.Stop()
	l.up.Cancel(cause)
}
