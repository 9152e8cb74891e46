package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// KeepAlive inserts an element that f makes when downstream asks and nothing has
// passed for d, so that who is below, such as the other end of a connection, sees
// that the stream is alive. The time counts from the first request, and from each
// element that passes or is inserted, by one look at the clock for each answer.
//
// Nothing is inserted while nobody asks: when downstream was busy for longer than
// d, it gets at its next request what upstream has at hand, and only if that is
// nothing an inserted element, at once; and only one, however long it was. A call of
// user code above that is under way when d is over is waited for. Nothing is
// inserted behind the end. An inserted element is of none that came from above, so
// whether it is handled means nothing to a source that keeps account. f runs on
// the stage's goroutine.
//
//	in                  -a-b-------c-|
//	KeepAlive(3ms, k)   -a-b--k--k-c-|
//
// Elsewhere: Pekko keepAlive.
//
// emits when upstream does, and when nothing has passed for d · backpressures when
// downstream does · completes when upstream does · fails when upstream does ·
// cancels when downstream does
func KeepAlive[T any](d time.Duration, f func() T, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("KeepAlive", stage.TakesName, opts).Require(d > 0, "time must be positive, is %s", d)
	m = m.Func(f == nil, "function")
	m.Patient = true
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &keepAlive[T]{up: up, d: d, f: f}
	})
}

type keepAlive[T any] struct {
	up    demand.Upstream[T]
	d     time.Duration
	f     func() T
	due   time.Time // when an element is inserted
	alarm demand.Alarm
}

func (k *keepAlive[T]) Pull(dst *demand.Chunk[T]) error {
	if k.due.IsZero() {
		k.due = time.Now().Add(k.d)
	}
	asked := dst.Patience()
	for {
		dst.SetPatience(asked.Sooner(demand.Until(k.due)))
		err := k.up.Pull(dst)
		dst.SetPatience(asked)
		if err != nil {
			return err
		}
		now := time.Now()
		switch {
		case dst.Len() > 0:
			k.due = now.Add(k.d)
			return nil
		case stopped(dst):
			return demand.ErrStopped
		case !now.Before(k.due):
			k.due = now.Add(k.d)
			dst.SetLineage(nil)
			dst.Append(k.f())
			return nil
		case asked.IsNoWait():
			k.alarm.Set(dst.Island(), k.due)
			return nil
		case asked.Out(now):
			return nil
		}
	}
}

func (k *keepAlive[T]) Cancel(cause error) {
	k.alarm.Stop()
	k.up.Cancel(cause)
}
