package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// pause is the sleep of a stage that waits for a time, and for nothing else.
type pause struct {
	asleep demand.Waiting
	alarm  demand.Alarm
}

func newPause(rt *stage.Runtime) pause {
	return pause{asleep: demand.Waiting{Link: rt.Name(), Outside: true}}
}

// request is what a pause wants of the chunk that a stage was asked to fill.
type request interface {
	Island() *demand.Island
	SetIsland(*demand.Island)
	Patience() demand.Patience
}

// until sleeps until at. If it reports true, the pull ends before that.
func (p *pause) until(at time.Time, dst request) (yes bool, err error) {
	return p.unless(func() bool { return false }, at, dst)
}

// unless sleeps until at, or until over reports true, which whoever makes it so
// has to wake the island for. If it reports true, the pull ends before that.
func (p *pause) unless(over func() bool, at time.Time, dst request) (yes bool, err error) {
	isl, patience := dst.Island(), dst.Patience()
	if isl == nil {
		isl = demand.NewIsland()
		dst.SetIsland(isl)
	}
	if patience.IsNoWait() {
		p.wake(at, isl)
		return true, nil
	}
	done := isl.Wait(over, patience.Sooner(demand.Until(at)), &p.asleep)
	if isl.Stopped() {
		return true, demand.ErrStopped
	}
	return !done && time.Now().Before(at), nil
}

// wake wakes the island at the time given.
func (p *pause) wake(at time.Time, isl *demand.Island) { p.alarm.Set(isl, at) }

func (p *pause) stop() { p.alarm.Stop() }
