package operators

import (
	"time"

	"github.com/weir-go/weir/stage"
)

// SessionWindow gathers elements that follow each other within gap: a window ends
// when nothing has come for so long. When limit elements have come without such a
// pause, they go early, and the window goes on in the next slice. Each slice is
// new, and belongs to whoever gets it.
//
// An element counts as having come when the stage reads it, and it reads only
// while downstream asks. A window whose gap is over while nobody asks stays, and
// goes at the next request. At the end of upstream, also when the run is drained,
// it goes at once. A call of user code above that is under way when the gap is over
// is waited for.
//
//	in                         -a-b---c----d-e-|
//	SessionWindow(3ms, 100)    ------[ab][c]---[de]|
//
// Elsewhere: go-streams SessionWindow.
//
// emits when nothing has come for gap, when limit elements have, and at the end ·
// backpressures when downstream does · completes when upstream does, after the last
// window · fails when upstream does, after the last window · cancels when
// downstream does · holds at most limit elements, and what came when the gap was
// over
func SessionWindow[T any](gap time.Duration, limit int, opts ...stage.Option) stage.Stage[T, []T] {
	m := stage.Configure("SessionWindow", stage.TakesName, opts).Require(gap > 0, "gap must be positive, is %s", gap)
	return window(m, limit, func(s *slicing[T], _ bool) time.Time { return s.came.Add(gap) })
}
