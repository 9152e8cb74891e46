package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// TimeWindow gathers the elements of each period d; the periods follow each other
// from the first request on, whatever comes. What comes at the very end of one
// belongs to the next. A period in which nothing came emits nothing. When limit
// elements have come in one, they go early, and what else comes makes another slice
// at its end. Each slice is new, and belongs to whoever gets it.
//
// Batch begins a period with an element instead of at fixed times.
//
// An element counts as having come when the stage reads it, and it reads only
// while downstream asks. A window whose time is over while nobody asks stays, and
// goes at the next request. At the end of upstream, also when the run is drained,
// it goes at once. A call of user code above that is under way when time is up is
// waited for.
//
//	in                      -a-b--c------d-|
//	TimeWindow(4ms, 100)    ----[ab][c]----[d]|
//
// Elsewhere: Reactor buffer(Duration), RxJava buffer(timespan), RxJS bufferTime,
// go-streams TumblingWindow.
//
// emits when a period ends in which elements came, when limit elements have, and at
// the end · backpressures when downstream does · completes when upstream does,
// after the last window · fails when upstream does, after the last window · cancels
// when downstream does · holds at most limit elements, and what came at the end of
// a period
func TimeWindow[T any](d time.Duration, limit int, opts ...stage.Option) stage.Stage[T, []T] {
	m := stage.Configure("TimeWindow", stage.TakesName, opts).Require(d > 0, "time must be positive, is %s", d)
	return window(m, limit, func(s *slicing[T], _ bool) time.Time {
		return s.came.Add(d - s.came.Sub(s.start)%d)
	})
}

// window returns the stage of slices that end at a time, with what came before.
func window[T any](m stage.Meta, limit int, end func(s *slicing[T], holds bool) time.Time) stage.Stage[T, []T] {
	m = m.Positive(limit, "window size")
	m.Patient = true
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[[]T] {
		return &slicing[T]{up: up, max: limit, end: end, strict: true}
	})
}
