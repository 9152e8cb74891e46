package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// BatchWhileBusy gathers the elements that come while downstream is busy, and
// hands them over as one slice when it asks: at once, as soon as there is one, and
// all that are there, up to max. It never waits to fill a batch, so batches are as
// small as downstream is quick and grow with the load. Each slice is new, is never
// empty, and belongs to whoever gets it.
//
// Downstream is busy from when its request is answered until it asks again; an
// answer is one slice. Upstream runs on another goroutine, and waits while max
// elements are held.
//
// What is below may ask ahead of its need, as a link does: put this operator right
// above the slow stage.
//
//	in                    abcde------f|
//	downstream is busy    a-----------
//	BatchWhileBusy(9)     [a]-----[bcde]----[f]|
//
// Elsewhere: Pekko batch.
//
// emits when an element has come and downstream asks · backpressures when max
// elements are held · completes when upstream does, after the last batch · fails
// when upstream does, behind the last batch · cancels when downstream does ·
// starts 1 goroutine · holds at most max elements
func BatchWhileBusy[T any](max int, opts ...stage.Option) stage.Stage[T, []T] {
	m := stage.Configure("BatchWhileBusy", stage.TakesWindow, opts).Positive(max, "batch size")
	m.Link, m.Capacity = true, max
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[[]T] {
		in := engine.Link(inlet(rt), up, max, m.WindowMin, m.WindowMax)
		return engine.Meter(rt.Cell(), &batchWhileBusy[T]{up: in, max: max}, false)
	})
}

// inlet returns the record of a link that a stage has at its upper end.
func inlet(rt *stage.Runtime) *engine.Cell { return rt.Cell().Part("in") }

type batchWhileBusy[T any] struct {
	up   demand.Upstream[T] // a link
	in   demand.Chunk[T]
	max  int
	open demand.Gather[T]
}

func (b *batchWhileBusy[T]) Pull(dst *demand.Chunk[[]T]) error {
	p := demand.Forever
	for b.open.Len() < b.max {
		if err := demand.RefillMax(b.up, &b.in, dst, min(b.max-b.open.Len(), maxRead), p); err != nil {
			if b.open.Len() == 0 || stopped(dst) {
				return err
			}
			break
		}
		if b.in.Len() == 0 {
			break // that is all there is
		}
		b.open.Take(&b.in, b.max, dst)
		p = demand.NoWait
	}
	if b.open.Len() > 0 {
		b.open.Emit(dst)
	}
	return nil
}

func (b *batchWhileBusy[T]) Cancel(cause error) { b.up.Cancel(cause) }
