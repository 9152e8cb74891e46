package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
)

// slicing makes slices of elements in a row: what Batch, BatchWeighted, the
// splits and the windows in time have in common.
type slicing[T any] struct {
	up   demand.Upstream[T]
	in   demand.Chunk[T]
	open demand.Gather[T]
	max  int // elements of a slice

	// judge, where not nil, is asked once of each element, with its place in the
	// input. first says that it would be the first one of its slice.
	judge func(i int, v T, first bool) (cut, error)
	ahead cut  // what was said of the front element of the input,
	known bool // which did not belong to the slice before
	last  int  // elements of the slice before

	// end, where not nil, says when the open slice is over, to which elements were
	// added that came at the time came; others were in it if holds is true. With
	// strict set, what comes then or later does not belong to it.
	end    func(s *slicing[T], holds bool) time.Time
	strict bool
	start  time.Time // the first pull, if strict
	came   time.Time
	due    time.Time
	alarm  demand.Alarm
}

// cut says where a slice ends.
type cut uint8

const (
	cutBefore cut = 1 << iota // the element is the first of a slice
	cutAfter                  // it is the last of one
	leaveOut                  // it belongs to none
)

// maxRead bounds how many elements a stage asks for at once that needs many for
// one: their memory is there twice for so long.
const maxRead = 1024

// fewRead is how many elements are worth a pull where one would do.
const fewRead = 16

func (s *slicing[T]) Pull(dst *demand.Chunk[[]T]) error {
	now := s.begin()
	for !s.over(now) || !s.strict && s.in.Len() > 0 {
		if s.in.Len() > 0 {
			if s.some(dst) || dst.Hurry() && s.end != nil && s.over(time.Now()) {
				break
			}
			if yes, err := demand.Impatient(dst); yes && (err != nil || !s.over(now)) {
				s.wake(dst)
				return err
			}
			continue
		}
		p := demand.Forever
		if s.end != nil && s.open.Len() > 0 {
			p = demand.Until(s.due)
		}
		if err := demand.RefillMax(s.up, &s.in, dst, s.wanted(), p); err != nil {
			if s.open.Len() == 0 || stopped(dst) {
				return err
			}
			break
		}
		if s.end != nil && s.in.Len()+s.open.Len() > 0 {
			now = time.Now()
			s.came = now
		}
		if s.in.Len() == 0 && !s.over(now) {
			s.wake(dst)
			return nil // downstream's patience was the shorter one
		}
	}
	s.last = s.open.Len()
	s.open.Emit(dst)
	return nil
}

// wanted returns how many elements to ask for. Where only they say where the slice
// ends, that is about as many as the one before had, or this one has: what is read
// behind its end has to be held.
func (s *slicing[T]) wanted() int {
	n := s.open.Len()
	most := min(s.max-n, maxRead)
	if s.judge == nil {
		return most
	}
	return min(most, max(s.last-n, n, fewRead))
}

// within makes a slice be over d after its first element came, or never if d is
// zero.
func (s *slicing[T]) within(d time.Duration) {
	if d > 0 {
		s.end = func(s *slicing[T], holds bool) time.Time {
			if holds {
				return s.due
			}
			return s.came.Add(d)
		}
	}
}

// begin returns the time at which the pull began, if that matters.
func (s *slicing[T]) begin() (now time.Time) {
	if s.end == nil || !s.strict && s.in.Len() == 0 {
		return now
	}
	now = time.Now()
	switch {
	case !s.strict:
		s.came = now // a slice is begun when one is asked for
	case s.start.IsZero():
		s.start = now
	}
	return now
}

// over reports that the open slice has waited long enough.
func (s *slicing[T]) over(now time.Time) bool {
	return s.end != nil && s.open.Len() > 0 && !now.Before(s.due)
}

// wake wakes the island when the open slice is over, if its caller sleeps on
// something else meanwhile.
func (s *slicing[T]) wake(dst *demand.Chunk[[]T]) {
	if s.end != nil && s.open.Len() > 0 && dst.Patience().IsNoWait() {
		s.alarm.Set(dst.Island(), s.due)
	}
}

// some moves elements of the input to the open slice, and reports that it is
// complete.
func (s *slicing[T]) some(dst *demand.Chunk[[]T]) (complete bool) {
	held := s.open.Len()
	if s.judge != nil {
		complete = s.judged(dst)
	} else {
		s.open.Take(&s.in, s.max, dst)
		complete = s.open.Len() == s.max
	}
	if s.end != nil && s.open.Len() > held {
		s.due = s.end(s, held > 0)
	}
	return complete
}

func (s *slicing[T]) judged(dst *demand.Chunk[[]T]) (complete bool) {
	hurry := dst.HurryFlag()
	n := s.open.Len()
	k := 0
	var c cut
	var err error
	for _, v := range s.in.Items() {
		if s.known {
			c, s.known = s.ahead, false
		} else {
			c, err = s.judge(k, v, n+k == 0)
		}
		if c&cutBefore != 0 && n+k > 0 {
			s.ahead, s.known = c&^cutBefore, true
			complete = true
			break
		}
		if err != nil || c&leaveOut != 0 {
			break
		}
		k++
		if complete = c&cutAfter != 0 || n+k == s.max; complete || hurry.Load() {
			break
		}
	}
	s.open.Take(&s.in, n+k, dst)
	switch {
	case err != nil:
		s.in.Fail(err) // comes behind the open slice
	case c&leaveOut != 0:
		s.in.Advance(1)
	}
	return complete
}

func (s *slicing[T]) Cancel(cause error) {
	s.alarm.Stop()
	s.up.Cancel(cause)
}

// stopped reports that the run of a pull was stopped: what is held then is not
// handed on, but given up.
func stopped[T any](dst *demand.Chunk[T]) bool {
	isl := dst.Island()
	return isl != nil && isl.Stopped()
}
