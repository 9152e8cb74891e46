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
// nobody asks, the batch keeps growing up to n.
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
		return &batch[T]{up: up, n: n, d: d}
	})
}

type batch[T any] struct {
	up    demand.Upstream[T]
	in    demand.Chunk[T]
	n     int
	d     time.Duration
	open  demand.Gather[T]
	flush time.Time // when the open batch has waited long enough
}

func (b *batch[T]) Pull(dst *demand.Chunk[[]T]) error {
	for {
		p := demand.Forever
		if b.d > 0 && b.open.Len() > 0 {
			p = demand.Until(b.flush)
		}
		err := demand.RefillMax(b.up, &b.in, dst, b.n-b.open.Len(), p)
		switch {
		case err != nil:
			if b.open.Len() == 0 {
				return err
			}
			b.open.Emit(dst)
			return nil
		case b.in.Len() > 0:
			if b.open.Len() == 0 && b.d > 0 {
				b.flush = time.Now().Add(b.d)
			}
			if b.open.Take(&b.in, b.n, dst); b.open.Len() < b.n {
				continue
			}
		case b.open.Len() == 0 || b.d == 0 || time.Now().Before(b.flush):
			return nil // downstream's patience was the shorter one
		}
		b.open.Emit(dst)
		return nil
	}
}

func (b *batch[T]) Cancel(cause error) { b.up.Cancel(cause) }
