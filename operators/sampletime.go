package operators

import (
	"time"

	"github.com/weir-go/weir/stage"
)

// SampleTime passes on the latest element of each period d; the periods follow
// each other from the start of the run on, whatever comes. A period in which nothing
// came emits nothing. The earlier elements of a period are dropped, and counted
// with ReasonSuperseded; they count as handled. At the end of upstream, also when
// the run is drained, the one that is held goes at once.
//
//	d = 4:  1 2 · 3 · · · · · 4 · · |  →  · · · · 3 · · · · · · · 4 |
//
// An element counts as having come when the stage reads it, and it reads only
// while downstream asks. One whose time is over while nobody asks goes at the next
// request; when the run is stopped it is given up. Audit begins a period with an
// element instead of at fixed times.
//
//	in                -a-b---c-----|
//	SampleTime(4ms)   ----b---c----|
//
// Elsewhere: ReactiveX sample, RxJava sample and throttleLast, Reactor sample, RxJS sampleTime.
//
// emits when a period ends in which an element came, and at the end ·
// backpressures when downstream does · completes when upstream does, after the
// element held · fails when upstream does, after the element held · cancels when
// downstream does · holds one element
func SampleTime[T any](d time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	return newLatest[T]("SampleTime", d, opts, func() func(now, due time.Time, holds bool) time.Time {
		begun := time.Now()
		return func(now, due time.Time, holds bool) time.Time {
			if holds {
				return due
			}
			return now.Add(d - now.Sub(begun)%d)
		}
	})
}
