package operators

import (
	"fmt"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// BackpressureTimeout fails the stream, with an error that wraps ErrTimeout, when
// downstream lets d pass from the elements that it got to its next request. The
// time counts for all elements of an answer together, of which downstream gets as
// many as it asked for; see stage.Window. Before the first request, while downstream
// waits for upstream, and behind an answer of nothing, as those get who ask without
// waiting, no time is counted.
//
// That it took too long is seen when the request comes, and not before: then the
// error is the answer to it, in order, so that stages below can recover from it, and
// upstream is asked for nothing more, even if there is nothing more. There is no
// timer. So a downstream that never comes back is not found out; for that, give the
// run a context with a deadline. Above an Async or a Buffer that waits, it is their
// room that counts.
//
//	in                          -a-b-c-d-|
//	downstream asks             -1-1------1
//	BackpressureTimeout(6ms)    -a-b------#
//
// Elsewhere: Pekko backpressureTimeout.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does · fails when upstream does, and when downstream has not asked for d
// · cancels when downstream does
func BackpressureTimeout[T any](d time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("BackpressureTimeout", stage.TakesName, opts).Require(d > 0, "time must be positive, is %s", d)
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &backpressureTimeout[T]{up: up, d: d}
	})
}

type backpressureTimeout[T any] struct {
	up  demand.Upstream[T]
	d   time.Duration
	had time.Time // when downstream got elements, if it has not asked since
	err error
}

func (b *backpressureTimeout[T]) Pull(dst *demand.Chunk[T]) error {
	if b.err != nil {
		return b.err
	}
	if !b.had.IsZero() {
		if took := time.Since(b.had); took >= b.d {
			b.err = fmt.Errorf("%w: downstream asked for nothing for %s, with %s as the limit", ErrTimeout, took, b.d)
			return b.err
		}
		b.had = time.Time{}
	}
	err := b.up.Pull(dst)
	if dst.Len() > 0 {
		b.had = time.Now()
	}
	return err
}

func (b *backpressureTimeout[T]) Cancel(cause error) {
	b.had = time.Time{} // upstream says the cause
	b.up.Cancel(cause)
}
