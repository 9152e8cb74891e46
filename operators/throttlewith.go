package operators

import (
	"errors"
	"fmt"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ErrRateExceeded is wrapped by the error with which a ThrottleWith in mode
// Enforcing fails a stream.
var ErrRateExceeded = errors.New("weir: rate exceeded")

// ThrottleConfig says what ThrottleWith lets pass: in any stretch of time d, at
// most Burst + Rate*d/Per.
type ThrottleConfig[T any] struct {
	Rate  int           // cost that may pass each Per, at least 1
	Per   time.Duration // at least Rate nanoseconds
	Burst int           // cost that is saved up at most, for after a pause; 0: as much as Rate
	Mode  ThrottleMode  // what happens to elements that come too early

	// Cost returns what an element costs, from 0 to Burst; an element of no cost
	// passes at any time. It is called once for each. Where it is nil, each costs 1.
	Cost func(T) int
}

// ThrottleMode says what happens to elements that come too early.
type ThrottleMode uint8

const (
	Shaping   ThrottleMode = iota // they wait, and upstream with them
	Enforcing                     // the stream fails, with an error that wraps ErrRateExceeded
)

// ThrottleWith is Throttle with all that it can be told: what an element costs,
// how much may pass at once after a pause, and that the stream fails instead of
// waiting. As the cost is known only of an element that was read, it reads ahead,
// other than Throttle: never more elements than cost may pass now, but always one.
// So the end of upstream comes right behind the last element. When the run is
// drained, what was read still comes at the rate.
//
// With Enforcing, an element counts as having come when the stage reads it, which
// it does only while downstream asks, and elements read together have come at the
// same time. The one that came too early, and those read together with it, are
// counted as discarded: they are given up unread.
//
// A cost below 0 or above Burst is an error that names the stage and the record,
// as the element could never pass.
//
//	in                     -(aBCd)-----|    a capital costs 2, the others 1
//	ThrottleWith(1, 1ms)   -aB-Cd------|    with a burst of 2
//
// Elsewhere: Pekko throttle.
//
// emits when upstream does and the rate allows · backpressures when downstream
// does, and while the rate is used up, with Shaping · completes when upstream does
// · fails when upstream does, when a cost is out of bounds, and when an element
// comes too early, with Enforcing · cancels when downstream does
func ThrottleWith[T any](config ThrottleConfig[T], opts ...stage.Option) stage.Stage[T, T] {
	c := config
	if c.Burst == 0 {
		c.Burst = c.Rate
	}
	if c.Cost == nil {
		c.Cost = func(T) int { return 1 }
	}
	m := stage.Configure("ThrottleWith", stage.TakesName, opts).Positive(c.Rate, "rate")
	m = m.Require(c.Per > 0, "time must be positive, is %s", c.Per)
	m = m.Require(int64(c.Rate) <= int64(c.Per), "a rate of %d in %s is more than one a nanosecond", c.Rate, c.Per)
	m = m.Positive(c.Burst, "burst")
	m = m.Require(m.Err != nil || savedIn(int64(c.Rate), int64(c.Per), int64(c.Burst)), "a burst of %d is never saved up by %d in %s", c.Burst, c.Rate, c.Per)
	m = m.Require(c.Mode <= Enforcing, "unknown mode %d", uint8(c.Mode))
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &throttleWith[T]{
			up:    up,
			rt:    rt,
			c:     c,
			rate:  gcra{n: int64(c.Rate), per: int64(c.Per), burst: int64(c.Burst)},
			pause: newPause(rt),
		}
	})
}

type throttleWith[T any] struct {
	up     demand.Upstream[T]
	rt     *stage.Runtime
	in     demand.Chunk[T]
	c      ThrottleConfig[T]
	rate   gcra
	zero   time.Time // from which the rate counts
	cost   int64     // of the front element, if priced
	priced bool
	pause  pause
}

func (t *throttleWith[T]) Pull(dst *demand.Chunk[T]) error {
	if t.zero.IsZero() {
		t.zero = time.Now()
	}
	for {
		if t.in.Len() == 0 {
			n := max(1, min(int64(dst.Free()), t.rate.allowed(t.now())))
			if err := demand.RefillMax(t.up, &t.in, dst, int(n), demand.Forever); err != nil {
				return err
			}
		}
		err := t.pass(dst)
		if err != nil {
			t.in.Fail(err)
		}
		switch {
		case dst.Len() > 0:
			return nil
		case err != nil || t.in.Len() == 0:
			return err
		}
		at := t.zero.Add(time.Duration(t.rate.next(t.cost)))
		if yes, err := t.pause.until(at, dst); yes {
			return err
		}
	}
}

// pass moves to dst what the rate allows. An error is of the front element then.
func (t *throttleWith[T]) pass(dst *demand.Chunk[T]) (err error) {
	allowed := t.rate.allowed(t.now())
	hurry := dst.HurryFlag()
	n, spent := 0, int64(0)
	for n < min(t.in.Len(), dst.Free()) {
		if err = t.price(n); err != nil {
			break
		}
		if t.cost > allowed-spent {
			if t.c.Mode == Enforcing {
				err = t.at(n, fmt.Errorf("%w: an element of cost %d came, where %d was left", ErrRateExceeded, t.cost, allowed-spent))
			}
			break
		}
		spent += t.cost
		t.priced = false
		if n++; hurry.Load() {
			break
		}
	}
	if spent > 0 {
		t.rate.take(t.now(), spent) // cost functions may have taken their time
	}
	demand.MoveN(dst, &t.in, n)
	return err
}

// price finds out what the i-th element of the input costs, which is the first
// that has not passed.
func (t *throttleWith[T]) price(i int) error {
	if t.priced {
		return nil
	}
	cost := t.c.Cost(t.in.Items()[i])
	if cost < 0 || cost > t.c.Burst {
		return t.at(i, fmt.Errorf("cost must be from 0 to the burst of %d, is %d", t.c.Burst, cost))
	}
	t.cost, t.priced = int64(cost), true
	return nil
}

// at says of which element an error is.
func (t *throttleWith[T]) at(i int, err error) error {
	p := t.in.Position(i)
	return &stage.Error{Stage: t.rt.Name(), Source: p.Source, Record: p.Record, Err: err}
}

func (t *throttleWith[T]) now() int64 { return int64(time.Since(t.zero)) }

func (t *throttleWith[T]) Cancel(cause error) {
	t.pause.stop()
	t.up.Cancel(cause)
}
