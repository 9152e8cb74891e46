package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Delay passes each element on d after it came, in the order in which they came.
// It holds at most capacity elements; while it does, upstream waits, and so no
// more than capacity elements pass each d. The end of upstream, and its error,
// come behind the elements held, each of which has its time; so it is when the
// run is drained. When it is stopped, what is held is given up.
//
// An element counts as having come when the stage reads it, and it reads only
// while downstream asks. Elements whose time is over while nobody asks go at the
// next request.
//
//	in              -a-b---c-|
//	Delay(3ms, 8)   ----a-b---c|
//
// Elsewhere: ReactiveX delay, Pekko delay with back-pressure.
//
// emits when d is over after an element came · backpressures when downstream
// does, and while capacity elements are held · completes when upstream does,
// after the elements held · fails when upstream does, after the elements held ·
// cancels when downstream does · holds at most capacity elements
func Delay[T any](d time.Duration, capacity int, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Delay", stage.TakesName, opts).Require(d > 0, "time must be positive, is %s", d)
	m = m.Positive(capacity, "capacity")
	m.Patient = true
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &delay[T]{up: up, d: d, free: capacity, pause: newPause(rt)}
	})
}

type delay[T any] struct {
	up    demand.Upstream[T]
	in    demand.Chunk[T]
	d     time.Duration
	free  int          // how many more may be held
	queue []delayed[T] // in order of time
	spare []*demand.Chunk[T]
	pause pause
}

// delayed is what came at once.
type delayed[T any] struct {
	held *demand.Chunk[T]
	due  time.Time
}

func (q *delay[T]) Pull(dst *demand.Chunk[T]) error {
	for {
		p := demand.Forever
		if len(q.queue) > 0 {
			if q.emit(dst); dst.Len() > 0 {
				return nil
			}
			p = demand.Until(q.queue[0].due)
		}
		if len(q.queue) > 0 && (q.free == 0 || q.in.Ended() != nil) {
			if yes, err := q.pause.until(q.queue[0].due, dst); yes {
				return err
			}
			continue
		}
		if err := demand.RefillMax(q.up, &q.in, dst, min(q.free, maxRead), p); err != nil {
			if len(q.queue) == 0 || stopped(dst) {
				return err
			}
			continue
		}
		if q.in.Len() == 0 && len(q.queue) == 0 {
			return nil
		}
		if q.in.Len() > 0 {
			q.take()
		} else if dst.Patience().IsNoWait() {
			q.pause.wake(q.queue[0].due, dst.Island())
			return nil
		}
		if yes, err := demand.Impatient(dst); yes && (err != nil || time.Now().Before(q.queue[0].due)) {
			return err
		}
	}
}

// emit moves what is due to dst.
func (q *delay[T]) emit(dst *demand.Chunk[T]) {
	now := time.Now()
	for len(q.queue) > 0 && !now.Before(q.queue[0].due) {
		held := q.queue[0].held
		if q.free += demand.Move(dst, held); held.Len() > 0 {
			return
		}
		q.queue[0] = delayed[T]{}
		q.queue = q.queue[1:]
		q.spare = append(q.spare, held)
	}
}

// take puts the input at the end of the queue.
func (q *delay[T]) take() {
	var held *demand.Chunk[T]
	if last := len(q.spare) - 1; last >= 0 {
		held, q.spare = q.spare[last], q.spare[:last]
	} else {
		held = new(demand.Chunk[T])
	}
	q.free -= q.in.Len()
	demand.Spill(&q.in, 0, held)
	q.queue = append(q.queue, delayed[T]{held, time.Now().Add(q.d)})
}

func (q *delay[T]) Cancel(cause error) {
	if len(q.queue) > 0 {
		q.queue = nil // the run gives up what is held
		q.in.End(cause)
	}
	q.pause.stop()
	q.up.Cancel(cause)
}
