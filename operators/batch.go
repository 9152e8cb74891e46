package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Batch gathers elements into slices of n, or fewer when d has passed since the
// first one came; d of zero waits for n without a limit. An empty batch is never
// emitted. Each slice is new, and belongs to whoever gets it.
//
// A batch is only begun when downstream asks for one. When time runs out while
// nobody asks, the batch stays, and goes at the next request, together with what
// has come until then, up to n. A call of user code above that is under way when
// time runs out is waited for.
//
//	in              -a-b-c-d-----e-|
//	Batch(3, 4ms)   -----[abc]-[d]-[e]|
//
// Elsewhere: Pekko grouped, Pekko groupedWithin, Reactor buffer, Reactor
// bufferTimeout, RxJava buffer, ro BufferWithTimeOrCount, rill Batch,
// go-streams Batch, go-streams TumblingWindow.
//
// emits when n elements have come, or d after the first, or at the end ·
// backpressures when downstream does · completes when upstream does, after the
// last batch · fails when upstream does, after the last batch · cancels when
// downstream does · holds at most n elements
func Batch[T any](n int, d time.Duration, opts ...stage.Option) stage.Stage[T, []T] {
	m := stage.Configure("Batch", stage.TakesName, opts).Positive(n, "batch size")
	m = m.Require(d >= 0, "time must not be negative, is %s", d)
	m.Patient = d > 0
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[[]T] {
		s := &slicing[T]{up: up, max: n}
		s.within(d)
		return s
	})
}
