package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Throttle passes on at most n elements each time per, and makes upstream wait
// for the rest: nothing is dropped, and upstream is asked for no more than may
// pass. What was not used is saved up to n, so after a pause n elements may pass
// at once, and then one every per / n. In any stretch of time d no more than
// n + n*d/per pass. For an even spacing write the rate with n of one: Throttle(1,
// 10*time.Millisecond) rather than Throttle(100, time.Second). per must be at
// least n nanoseconds.
//
// The end of upstream too is seen when the next element might pass, as nothing
// is asked before; only when the run is drained is one element asked for ahead
// of its time, so that the end comes at once.
//
//	in                  -(abc)-----|
//	Throttle(1, 2ms)    -a-b-c-----|
//
// Elsewhere: Pekko throttle, Reactor delayElements, RxJava zip(interval),
// go-streams Throttler.
//
// emits when upstream does and the rate allows · backpressures when downstream
// does, and while the rate is used up · completes when upstream does · fails when
// upstream does · cancels when downstream does · holds one element when drained
func Throttle[T any](n int, per time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Throttle", stage.TakesName, opts).Positive(n, "number of elements")
	m = m.Require(per > 0, "time must be positive, is %s", per)
	m = m.Require(int64(n) <= int64(per), "a rate of %d elements in %s is more than one a nanosecond", n, per)
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &throttle[T]{
			up:    up,
			rt:    rt,
			rate:  gcra{n: int64(n), per: min(int64(per), maxPer), burst: int64(n)},
			pause: newPause(rt),
		}
	})
}

type throttle[T any] struct {
	up    demand.Upstream[T]
	rt    *stage.Runtime
	rate  gcra
	zero  time.Time       // from which the rate counts
	ahead demand.Chunk[T] // the element asked for while draining
	pause pause
}

func (t *throttle[T]) Pull(dst *demand.Chunk[T]) error {
	if t.zero.IsZero() {
		t.zero = time.Now()
	}
	allowed := t.rate.allowed(t.now())
	for allowed == 0 {
		if yes, err := t.wait(dst); yes {
			return err
		}
		allowed = t.rate.allowed(t.now())
	}
	was := dst.Limit(int(allowed))
	err := demand.PullRest(t.up, &t.ahead, dst)
	dst.Unlimit(was)
	if n := dst.Len(); n > 0 {
		t.rate.take(t.now(), int64(n))
	}
	return err
}

func (t *throttle[T]) now() int64 { return int64(time.Since(t.zero)) }

// wait sleeps until the next element may pass. If it reports true, the pull ends
// before that.
func (t *throttle[T]) wait(dst *demand.Chunk[T]) (yes bool, err error) {
	if t.rt.Draining() {
		if err := demand.RefillMax(t.up, &t.ahead, dst, 1, demand.Forever); err != nil {
			return true, err
		}
	}
	drained := t.rt.Draining()
	return t.pause.unless(func() bool { return t.rt.Draining() != drained }, t.zero.Add(time.Duration(t.rate.next(1))), dst)
}

func (t *throttle[T]) Cancel(cause error) {
	t.pause.stop()
	t.up.Cancel(cause)
}
