package operators

import (
	"fmt"
	"math"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// BatchWeighted gathers elements into slices that weigh at most limit together,
// in bytes, cost or whatever weight counts, or fewer when d has passed since the
// first one came; d of zero waits without a limit. An element that doesn't fit
// opens the next batch. An empty batch is never emitted. Each slice is new, and
// belongs to whoever gets it.
//
// An element that weighs less than zero or more than limit is an error that names
// the weight and the limit. What happens then is up to stage.OnError; without it
// the stream fails behind the elements before. weight is called once for each.
//
// stage.Capacity(n) bounds the number of elements of a batch too. Without it, that
// is at most limit, which only elements of weight zero could come to.
//
// A batch is only begun when downstream asks for one; an element that opens the
// next one counts as having come then. When time runs out while nobody asks, the
// batch stays, and goes at the next request, together with what has come until then
// and fits. A call of user code above that is under way when time runs out is waited
// for.
//
//	in                       -a2-b1-c3-----d1----e4-|
//	BatchWeighted(4, 9ms)    -------[a2b1]-[c3d1][e4]|
//
// Elsewhere: Pekko groupedWeighted, Pekko groupedWeightedWithin.
//
// emits when an element comes that doesn't fit, or the limit is reached, or d
// after the first element, or at the end · backpressures when downstream does ·
// completes when upstream does, after the last batch · fails when upstream does,
// after the last batch, and when an element's weight is out of bounds, by policy ·
// cancels when downstream does · holds one batch, and about as many elements as the
// one before had
func BatchWeighted[T any](limit int64, d time.Duration, weight func(T) int64, opts ...stage.Option) stage.Stage[T, []T] {
	m := stage.Configure("BatchWeighted", stage.TakesOnError|stage.TakesCapacity, opts)
	m = m.Require(limit > 0, "weight of a batch must be at least 1, is %d", limit)
	m = m.Require(d >= 0, "time must not be negative, is %s", d).Func(weight == nil, "weight function")
	m.Patient = d > 0
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[[]T] {
		s := &slicing[T]{up: up, max: int(min(limit, math.MaxInt))}
		if m.Capacity > 0 {
			s.max = min(s.max, m.Capacity)
		}
		sum := int64(0)
		s.judge = func(i int, v T, first bool) (c cut, err error) {
			w := weight(v)
			if w < 0 || w > limit {
				return leaveOut, rt.Refuse(v, s.in.Position(i), fmt.Errorf("an element weighs %d, which must be from 0 to %d", w, limit))
			}
			if first {
				sum = 0
			} else if w > limit-sum {
				c, sum = cutBefore, 0
			}
			if sum += w; sum == limit {
				c |= cutAfter
			}
			return c, nil
		}
		s.within(d)
		return s
	})
}
