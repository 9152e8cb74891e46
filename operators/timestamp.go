package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Timestamped is an element and when it came.
type Timestamped[T any] struct {
	At    time.Time
	Value T
}

// Interval is an element and how long after the one before it it came.
type Interval[T any] struct {
	Since time.Duration
	Value T
}

// Timestamp notes with each element when it came: when upstream handed it to this
// stage, which is when it was asked for at the earliest. Elements that upstream
// handed over together have the same time, however long it takes until each
// leaves; so the clock is read once for each answer, not for each element. Where
// each element should have a time of its own, ask for one at a time, with
// stage.Window(1, 1) at the sink or the link below. At has the monotonic clock's
// reading too, so differences are right when the clock is set.
//
//	in          -a------b------|
//	Timestamp   -[a@1]--[b@8]--|
//
// Elsewhere: RxJava timestamp, Reactor timestamp, RxJS timestamp.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does · fails when upstream does · cancels when downstream does
func Timestamp[T any](opts ...stage.Option) stage.Stage[T, Timestamped[T]] {
	m := stage.Configure("Timestamp", stage.TakesName, opts)
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[Timestamped[T]] {
		s := &stamper[T, Timestamped[T]]{up: up}
		s.f = func(v T) Timestamped[T] { return Timestamped[T]{s.came, v} }
		return s
	})
}

// TimeInterval notes with each element how long after the one before it it came;
// with the first, how long after the first request. An element comes when upstream
// hands it to this stage. Of elements that upstream handed over together, all but
// the first came 0 after the one before; so the clock is read once for each answer,
// not for each element. The times of all elements add up to that of the last.
//
//	in             -a------b------|
//	TimeInterval   -[a+1]--[b+7]--|
//
// Elsewhere: RxJava timeInterval, Reactor elapsed, RxJS timeInterval.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does · fails when upstream does · cancels when downstream does
func TimeInterval[T any](opts ...stage.Option) stage.Stage[T, Interval[T]] {
	m := stage.Configure("TimeInterval", stage.TakesName, opts)
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[Interval[T]] {
		s := &stamper[T, Interval[T]]{up: up}
		var last time.Time
		s.f = func(v T) Interval[T] {
			if last.IsZero() {
				last = s.begun
			}
			since := s.came.Sub(last)
			last = s.came
			return Interval[T]{since, v}
		}
		return s
	})
}

// stamper is a mapper that knows when the elements at hand came.
type stamper[In, Out any] struct {
	up    demand.Upstream[In]
	in    demand.Chunk[In]
	f     func(In) Out
	begun time.Time // the first request
	came  time.Time // what in holds
}

func (s *stamper[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	if s.begun.IsZero() {
		s.begun = time.Now()
	}
	rest := s.in.Len()
	if err := demand.Refill(s.up, &s.in, dst); err != nil {
		return err
	}
	if rest == 0 && s.in.Len() > 0 {
		s.came = time.Now()
	}
	demand.MapInto(dst, &s.in, s.f)
	return nil
}

func (s *stamper[In, Out]) Cancel(cause error) { s.up.Cancel(cause) }
