package operators

import (
	"time"

	"github.com/weir-go/weir/stage"
)

// Debounce passes an element on when no other has come for d after it. Those
// that another one followed sooner are dropped, and counted with
// ReasonSuperseded; they count as handled. At the end of upstream, also when the
// run is drained, the one that is held goes at once.
//
//	d = 3:  1 2 · · · 3 · · 4 |  →  · · · · 2 · · · · 4 |
//
// An element counts as having come when the stage reads it, and it reads only
// while downstream asks. One whose time is over while nobody asks goes at the next
// request; when the run is stopped it is given up. Elements that never pause for d
// let nothing pass; see SampleTime and Audit for something each period.
//
//	in              -a-b-c-----d-|
//	Debounce(3ms)   --------c----d|
//
// Elsewhere: ReactiveX debounce, RxJava debounce, RxJS debounceTime.
//
// emits when no element has come for d after one, and at the end · backpressures
// when downstream does · completes when upstream does, after the element held ·
// fails when upstream does, after the element held · cancels when downstream
// does · holds one element
func Debounce[T any](d time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	return newLatest[T]("Debounce", d, opts, func() func(now, due time.Time, holds bool) time.Time {
		return func(now, _ time.Time, _ bool) time.Time { return now.Add(d) }
	})
}
