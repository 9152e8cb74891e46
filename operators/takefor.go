package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// TakeFor passes elements on until d after its first request, then completes and
// cancels upstream, also while it waits for an element. What upstream hands over
// later, as a call of user code was under way, is counted as discarded: it is
// given up unread, and a source that keeps account delivers it again.
//
//	in             -a-b-c-d-
//	TakeFor(4ms)   -a-b|
//
// Elsewhere: RxJava take with a time, Reactor take with a time, Pekko takeWithin.
//
// emits when upstream does and d is not over · backpressures when downstream does
// · completes when d is over, or when upstream does · fails when upstream does
// before · cancels when downstream does, and when d is over
func TakeFor[T any](d time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("TakeFor", stage.TakesName, opts).Require(d > 0, "time must be positive, is %s", d)
	m.Patient = true
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &takeFor[T]{up: up, rt: rt, d: d}
	})
}

type takeFor[T any] struct {
	up        demand.Upstream[T]
	rt        *stage.Runtime
	d         time.Duration
	end       time.Time
	ended     bool
	cancelled bool // from below: upstream says the cause
	alarm     demand.Alarm
}

func (t *takeFor[T]) Pull(dst *demand.Chunk[T]) error {
	if t.cancelled {
		return t.up.Pull(dst)
	}
	if t.end.IsZero() {
		t.end = time.Now().Add(t.d)
	}
	if t.ended || !time.Now().Before(t.end) {
		return t.over()
	}
	asked := dst.Patience()
	dst.SetPatience(asked.Sooner(demand.Until(t.end)))
	err := t.up.Pull(dst)
	dst.SetPatience(asked)
	switch {
	case err != nil:
		return err
	case stopped(dst) && dst.Len() == 0:
		return demand.ErrStopped
	case !time.Now().Before(t.end):
		t.rt.Discarded(dst.Truncate(0))
		return t.over()
	case dst.Len() == 0 && asked.IsNoWait():
		t.alarm.Set(dst.Island(), t.end)
	}
	return nil
}

// over ends the stream.
func (t *takeFor[T]) over() error {
	t.ended = true
	t.up.Cancel(demand.ErrEnough)
	return demand.ErrCompleted
}

func (t *takeFor[T]) Cancel(cause error) {
	t.alarm.Stop()
	t.up.Cancel(cause)
	t.cancelled = !t.ended
}
