package operators

import (
	"time"

	"github.com/weir-go/weir/stage"
)

// Audit begins a period d with the first element that comes, and passes on the
// latest one when it is over; the next element begins the next period. So there
// is at most one element each d, and none waits longer than d. The others are
// dropped, and counted with ReasonSuperseded; they count as handled. At the end
// of upstream, also when the run is drained, the one that is held goes at once.
//
//	d = 4:  · 1 2 · 3 · · · 4 · · · ·  →  · · · · · 3 · · · · · · 4
//
// An element counts as having come when the stage reads it, and it reads only
// while downstream asks. One whose time is over while nobody asks goes at the next
// request; when the run is stopped it is given up. SampleTime has periods at fixed
// times instead.
//
//	in           -a-b---c-----|
//	Audit(3ms)   ----b-----c--|
//
// Elsewhere: RxJS auditTime.
//
// emits when d is over after the first element of a period, and at the end ·
// backpressures when downstream does · completes when upstream does, after the
// element held · fails when upstream does, after the element held · cancels when
// downstream does · holds one element
func Audit[T any](d time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	return newLatest[T]("Audit", d, opts, func() func(now, due time.Time, holds bool) time.Time {
		return func(now, due time.Time, holds bool) time.Time {
			if holds {
				return due
			}
			return now.Add(d)
		}
	})
}
