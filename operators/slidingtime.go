package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// SlidingTime emits windows of the elements of a time of size, of which one begins
// every step from the first request on. With step below size, windows overlap;
// with step above size, the elements between windows are left out and count as
// handled. What comes at the very end of a window does not belong to it. A window in
// which nothing came emits nothing. Each slice is new, and belongs to whoever gets it.
//
// The stage holds at most limit elements. When it does, the window that ends next
// goes early, and the elements in it are in none after it. At the end of upstream,
// also when the run is drained, the window that ends next goes at once if it holds
// elements that were in none before. So every element is in a window where step is
// at most size.
//
// An element counts as having come when the stage reads it, and it reads only while
// downstream asks. Windows whose time is over while nobody asks stay, and go at the
// next requests. A call of user code above that is under way when time is up is
// waited for. An element counts as handled when all windows with it do; see Sliding.
//
//	in                            -a---b-----------c---------|
//	SlidingTime(8ms, 4ms, 100)    --------[ab][b]-----[c]-[c]|
//
// Elsewhere: Reactor buffer(Duration,Duration), RxJava buffer(timespan,timeskip),
// go-streams SlidingWindow.
//
// emits when a window ends in which elements came, when limit elements are held,
// and at the end · backpressures when downstream does · completes when upstream
// does, after the last window · fails when upstream does, after the last window ·
// cancels when downstream does · holds at most limit elements, and what came when a
// window ended
func SlidingTime[T any](size, step time.Duration, limit int, opts ...stage.Option) stage.Stage[T, []T] {
	m := stage.Configure("SlidingTime", stage.TakesName, opts)
	m = m.Require(size > 0, "size must be positive, is %s", size).Require(step > 0, "step must be positive, is %s", step)
	m = m.Positive(limit, "number of elements")
	m.Patient = true
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[[]T] {
		return &slidingTime[T]{up: up, size: size, step: step, max: limit}
	})
}

type slidingTime[T any] struct {
	up    demand.Upstream[T]
	in    demand.Chunk[T]
	size  time.Duration
	step  time.Duration
	max   int
	win   demand.Overlap[T]
	times []arrived // of the elements of win
	fresh int       // elements of win that were in no window yet
	start time.Time // the first pull
	open  time.Time // when the window that ends next began
	came  time.Time // when the input did
	alarm demand.Alarm
}

// arrived is when n elements in a row came.
type arrived struct {
	at time.Time
	n  int
}

func (s *slidingTime[T]) Pull(dst *demand.Chunk[[]T]) error {
	now := time.Now()
	if s.start.IsZero() {
		s.start = now
	}
	for !s.over(now) {
		if s.in.Len() > 0 {
			s.take(dst)
			if s.win.Len() == s.max {
				break
			}
			if yes, err := demand.Impatient(dst); yes && (err != nil || !s.over(now)) {
				s.wake(dst)
				return err
			}
			continue
		}
		p := demand.Forever
		if s.win.Len() > 0 {
			p = demand.Until(s.end())
		}
		if err := demand.RefillMax(s.up, &s.in, dst, min(s.max-s.win.Len(), maxRead), p); err != nil {
			return s.last(dst, err)
		}
		now = time.Now()
		if s.came = now; s.in.Len() == 0 && !s.over(now) {
			s.wake(dst)
			return nil
		}
	}
	s.emit(dst)
	return nil
}

// end is when the window that ends next does.
func (s *slidingTime[T]) end() time.Time { return s.open.Add(s.size) }

// over reports that a window is to be emitted.
func (s *slidingTime[T]) over(now time.Time) bool {
	if s.in.Len() > 0 {
		now = s.came // what came before the end of the window belongs to it
	}
	return s.win.Len() > 0 && s.in.Ended() == nil && !now.Before(s.end())
}

func (s *slidingTime[T]) wake(dst *demand.Chunk[[]T]) {
	if s.win.Len() > 0 && dst.Patience().IsNoWait() {
		s.alarm.Set(dst.Island(), s.end())
	}
}

// take moves the input to the window.
func (s *slidingTime[T]) take(dst *demand.Chunk[[]T]) {
	if s.win.Len() == 0 {
		// Of the windows that end after the input came, the first.
		s.open = s.start
		if after := s.came.Sub(s.start) - s.size; after >= 0 {
			s.open = s.start.Add((after/s.step + 1) * s.step)
		}
		if s.came.Before(s.open) {
			s.in.Advance(s.in.Len()) // between two windows
			return
		}
	}
	n := s.win.Take(&s.in, s.max, dst)
	s.fresh += n
	s.times = append(s.times, arrived{s.came, n})
}

// emit emits the window that ends next, and lets go of what is in no other.
func (s *slidingTime[T]) emit(dst *demand.Chunk[[]T]) {
	s.win.Emit(dst)
	s.fresh = 0
	full := s.win.Len() == s.max
	s.open = s.open.Add(s.step)
	n, k := 0, 0
	for k < len(s.times) && (full || s.times[k].at.Before(s.open)) {
		n += s.times[k].n
		k++
	}
	s.win.Drop(n)
	s.times = append(s.times[:0], s.times[k:]...)
}

// last emits the last window, if it holds something new, before the error.
func (s *slidingTime[T]) last(dst *demand.Chunk[[]T], err error) error {
	if s.fresh > 0 && !stopped(dst) {
		s.emit(dst)
		return nil
	}
	if err == demand.ErrCompleted {
		s.win.Drop(s.win.Len())
	}
	return err
}

func (s *slidingTime[T]) Cancel(cause error) {
	s.alarm.Stop()
	s.fresh = 0 // the run gives up what is held
	s.up.Cancel(cause)
}
