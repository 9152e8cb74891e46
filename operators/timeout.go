package operators

import (
	"errors"
	"fmt"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ErrTimeout is wrapped by the error with which Timeout fails a stream.
var ErrTimeout = errors.New("weir: timeout")

// Timeout fails the stream, with an error that wraps ErrTimeout, when no
// element came for d although one was wanted. The first element has d too. The
// clock stands still while downstream is busy, and starts anew with each answer
// of upstream. While a stage with workers below it waits for its calls, the
// clock stands still too. A call of user code above that is under way is waited
// for.
//
//	in             -a-b----------
//	Timeout(5ms)   -a-b----#
//
// Elsewhere: Pekko idleTimeout, Reactor timeout, RxJava timeout, ro Timeout.
//
// emits when upstream does · backpressures when downstream does · completes
// when upstream does · fails when upstream does, and when no element came for d ·
// cancels when downstream does
func Timeout[T any](d time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Timeout", stage.TakesName, opts).Require(d > 0, "time must be positive, is %s", d)
	m.Patient = true
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &timeout[T]{up: up, d: d}
	})
}

type timeout[T any] struct {
	up     demand.Upstream[T]
	d      time.Duration
	waited time.Duration // since the last answer
	err    error
}

func (t *timeout[T]) Pull(dst *demand.Chunk[T]) error {
	if t.err != nil {
		return t.err
	}
	// What is there already costs no look at the clock.
	asked := dst.Patience()
	if err := t.pull(dst, asked.Sooner(demand.NoWait)); err != nil || dst.Len() > 0 || asked.IsNoWait() {
		return err
	}
	for start := time.Now(); ; {
		if err := t.pull(dst, asked.Sooner(demand.Until(start.Add(t.d-t.waited)))); err != nil || dst.Len() > 0 {
			return err
		}
		now := time.Now()
		t.waited += now.Sub(start)
		start = now
		switch {
		case stopped(dst):
			return demand.ErrStopped
		case t.waited >= t.d:
			t.err = fmt.Errorf("%w: no element came for %s", ErrTimeout, t.d)
			return t.err
		case asked.Out(now):
			return nil
		}
	}
}

// pull pulls with patience p, which dst has for so long only.
func (t *timeout[T]) pull(dst *demand.Chunk[T], p demand.Patience) error {
	asked := dst.Patience()
	dst.SetPatience(p)
	err := t.up.Pull(dst)
	dst.SetPatience(asked)
	if dst.Len() > 0 {
		t.waited = 0
	}
	return err
}

func (t *timeout[T]) Cancel(cause error) { t.up.Cancel(cause) }
