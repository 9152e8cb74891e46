package operators

import (
	"fmt"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// InitialTimeout fails the stream, with an error that wraps ErrTimeout, when the
// first element has not come within d after the first request. Once it has, there
// is no limit any more.
//
//	in                    ---------a-
//	InitialTimeout(4ms)   ----#
//
// Elsewhere: Pekko initialTimeout.
//
// emits when upstream does · backpressures when downstream does · completes
// when upstream does · fails when upstream does, and when no element came within
// d · cancels when downstream does
func InitialTimeout[T any](d time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	return newDeadline("InitialTimeout", "the first element did not come within", d, opts, func(l *deadline[T]) { l.off = true })
}

// IdleTimeout fails the stream, with an error that wraps ErrTimeout, when no
// element passes for d, counted from the first request and from each answer.
// Other than with Timeout the clock does not stand still while downstream is busy;
// that it was for too long is seen at its next request.
//
//	in                 -a--b--------
//	IdleTimeout(4ms)   -a--b---#
//
// Elsewhere: Pekko idleTimeout.
//
// emits when upstream does · backpressures when downstream does · completes
// when upstream does · fails when upstream does, and when no element passed for d
// · cancels when downstream does
func IdleTimeout[T any](d time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	return newDeadline("IdleTimeout", "no element passed for", d, opts, func(l *deadline[T]) { l.at = time.Now().Add(d) })
}

// CompletionTimeout fails the stream, with an error that wraps ErrTimeout, when
// upstream has not ended within d after the first request. While downstream or a
// call of user code above is at work, that is seen when it is done.
//
//	in                       -a-b-c-d-e-
//	CompletionTimeout(6ms)   -a-b-c#
//
// Elsewhere: Pekko completionTimeout.
//
// emits when upstream does and d is not over · backpressures when downstream does
// · completes when upstream does · fails when upstream does, and when d is over ·
// cancels when downstream does
func CompletionTimeout[T any](d time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	return newDeadline("CompletionTimeout", "the stream did not end within", d, opts, func(*deadline[T]) {})
}

// deadline fails at a time, which each answer may change.
type deadline[T any] struct {
	up    demand.Upstream[T]
	d     time.Duration
	what  string
	came  func(*deadline[T])
	at    time.Time
	off   bool
	err   error
	alarm demand.Alarm
}

func newDeadline[T any](kind, what string, d time.Duration, opts []stage.Option, came func(*deadline[T])) stage.Stage[T, T] {
	m := stage.Configure(kind, stage.TakesName, opts).Require(d > 0, "time must be positive, is %s", d)
	m.Patient = true
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &deadline[T]{up: up, d: d, what: what, came: came}
	})
}

func (l *deadline[T]) Pull(dst *demand.Chunk[T]) error {
	switch {
	case l.err != nil:
		return l.err
	case l.off:
		return l.up.Pull(dst)
	case l.at.IsZero():
		l.at = time.Now().Add(l.d)
	case l.over():
		return l.err
	}
	asked := dst.Patience()
	dst.SetPatience(asked.Sooner(demand.Until(l.at)))
	err := l.up.Pull(dst)
	dst.SetPatience(asked)
	switch {
	case err != nil:
		return err
	case dst.Len() > 0:
		l.came(l)
		return nil
	case stopped(dst):
		return demand.ErrStopped
	case l.over():
		return l.err
	case asked.IsNoWait():
		l.alarm.Set(dst.Island(), l.at)
	}
	return nil
}

// over reports that the time is over, which is an error from now on.
func (l *deadline[T]) over() bool {
	if time.Now().Before(l.at) {
		return false
	}
	l.alarm.Stop()
	l.err = fmt.Errorf("%w: %s %s", ErrTimeout, l.what, l.d)
	return true
}

func (l *deadline[T]) Cancel(cause error) {
	l.alarm.Stop()
	l.off = true // upstream says the cause
	l.up.Cancel(cause)
}
