package source

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ReasonMissedTick is the reason with which Ticker drops ticks.
const ReasonMissedTick = "missed_tick"

// Ticker emits the time every d, for the first time d after it is first asked.
// An element is the time at which its tick was due, so ticks do not drift. Where
// downstream comes late it gets the latest tick that was due, at once; those
// before it are dropped, counted with ReasonMissedTick.
//
// It waits without holding up what shares its goroutine, so a Batch bounded by
// time below it needs no link.
//
// Elsewhere: Pekko Source.tick, Reactor interval, RxJava interval, ro Interval.
//
// emits every d, if asked · completes on drain · never fails
func Ticker(d time.Duration, opts ...stage.Option) stage.Source[time.Time] {
	m := stage.Configure("Ticker", stage.TakesName, opts)
	m = m.Require(d > 0, "interval must be above zero, is %s", d)
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[time.Time] {
		return &ticker{rt: rt, every: d, waiting: demand.Waiting{Link: rt.Name(), Outside: true}}
	})
}

type ticker struct {
	ending
	rt      *stage.Runtime
	every   time.Duration
	start   time.Time
	ticks   time.Duration // how many have passed, emitted or not
	waiting demand.Waiting
	alarm   demand.Alarm
}

func (t *ticker) Pull(dst *demand.Chunk[time.Time]) error {
	if t.err != nil {
		return t.err
	}
	if t.start.IsZero() {
		t.start = time.Now()
	}
	if dst.Island() == nil {
		dst.SetIsland(demand.NewIsland())
	}
	for !t.emit(dst) {
		at := t.start.Add((t.ticks + 1) * t.every)
		switch {
		case t.rt.Draining():
			return demand.ErrDrained
		case dst.Island().Stopped():
			return demand.ErrStopped
		case dst.Patience().IsNoWait():
			t.alarm.Set(dst.Island(), at)
			return nil
		case dst.Patience().Out(time.Now()):
			return nil
		}
		dst.Island().Wait(t.rt.Draining, dst.Patience().Sooner(demand.Until(at)), &t.waiting)
	}
	return nil
}

// emit puts the latest tick that is due into dst.
func (t *ticker) emit(dst *demand.Chunk[time.Time]) bool {
	passed := time.Since(t.start) / t.every
	missed := passed - t.ticks - 1
	if missed < 0 {
		return false
	}
	t.rt.Dropped(ReasonMissedTick, int(missed))
	t.ticks = passed
	dst.Append(t.start.Add(passed * t.every))
	return true
}

func (t *ticker) Cancel(cause error) {
	t.alarm.Stop()
	t.ending.Cancel(cause)
}
