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
		return &batch[T]{up: up, n: n, d: d}
	})
}

// maxRead bounds how many elements a stage asks for at once that needs many for
// one: their memory is there twice for so long.
const maxRead = 1024

type batch[T any] struct {
	up    demand.Upstream[T]
	in    demand.Chunk[T]
	n     int
	d     time.Duration
	open  demand.Gather[T]
	flush time.Time // when the open batch has waited long enough
	alarm demand.Alarm
}

func (b *batch[T]) Pull(dst *demand.Chunk[[]T]) error {
	for b.open.Len() < b.n {
		p := demand.Forever
		begun := b.open.Len() > 0
		if begun && b.d > 0 {
			p = demand.Until(b.flush)
		}
		if err := demand.RefillMax(b.up, &b.in, dst, min(b.n-b.open.Len(), maxRead), p); err != nil {
			if !begun || stopped(dst) {
				return err
			}
			break
		}
		came := b.in.Len() > 0
		if b.open.Take(&b.in, b.n, dst); b.open.Len() == b.n {
			break
		}
		if b.d > 0 && b.open.Len() > 0 {
			now := time.Now()
			if !begun {
				b.flush = now.Add(b.d)
			} else if !now.Before(b.flush) {
				break
			}
			if dst.Patience().IsNoWait() {
				b.alarm.Set(dst.Island(), b.flush)
			}
		}
		if !came {
			return nil // downstream's patience was the shorter one
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
	b.open.Emit(dst)
	return nil
}

func (b *batch[T]) Cancel(cause error) {
	b.alarm.Stop()
	b.up.Cancel(cause)
}

// stopped reports that the run of a pull was stopped: what is held then is not
// handed on, but given up.
func stopped[T any](dst *demand.Chunk[T]) bool {
	isl := dst.Island()
	return isl != nil && isl.Stopped()
}
