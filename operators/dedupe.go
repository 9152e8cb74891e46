package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ReasonDuplicate is the reason with which Dedupe drops elements: one with the
// same key passed a short while ago.
const ReasonDuplicate = "duplicate"

// Dedupe drops elements whose key is that of one that passed less than ttl
// before, counted with ReasonDuplicate. The time counts from the element that
// passed, and a duplicate does not prolong it: of a key that comes again and
// again, one element passes each ttl. What is dropped counts as handled.
//
// It remembers capacity keys at most; of more, it forgets the oldest before its
// time, so that a duplicate of it passes. So capacity should be the number of keys
// to expect within ttl. Memory grows with what is remembered. A key that does not
// equal itself, such as NaN, always passes.
//
// An element counts as having come when the stage reads it, and those read
// together have come at the same time. What is remembered is of one run and is not
// saved: after a restart an element may pass once more.
//
//	in             -a-a-b-a-a-a-|
//	Dedupe(7ms)    -a---b---a---|
//
// Elsewhere: Benthos dedupe, Watermill Deduplicator.
//
// emits when upstream does and the key is not remembered · backpressures when
// downstream does · completes when upstream does · fails when upstream does ·
// cancels when downstream does · holds capacity keys
func Dedupe[T any, K comparable](ttl time.Duration, capacity int, key func(T) K, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Dedupe", stage.TakesName, opts).Require(ttl > 0, "time must be positive, is %s", ttl)
	m = m.Positive(capacity, "capacity").Func(key == nil, "function")
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		d := &dedupe[T, K]{up: up, rt: rt, zero: time.Now(), seen: ages[K]{ttl: ttl, capacity: capacity}}
		d.keep = func(v T) bool {
			met := d.seen.meet(key(v), d.now)
			if met {
				d.dropped++
			}
			return !met
		}
		return d
	})
}

type dedupe[T any, K comparable] struct {
	up      demand.Upstream[T]
	rt      *stage.Runtime
	rest    demand.Chunk[T]
	keep    func(T) bool
	seen    ages[K]
	zero    time.Time
	now     time.Duration // of the elements at hand, since zero
	dropped int           // not counted yet
}

func (d *dedupe[T, K]) Pull(dst *demand.Chunk[T]) error {
	for {
		if err := demand.PullRest(d.up, &d.rest, dst); err != nil || dst.Len() == 0 {
			return err
		}
		d.now = time.Since(d.zero)
		demand.KeepSome(dst, &d.rest, d.keep)
		if d.dropped > 0 {
			d.rt.Dropped(ReasonDuplicate, d.dropped)
			d.dropped = 0
		}
		if dst.Len() > 0 {
			return nil
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

func (d *dedupe[T, K]) Cancel(cause error) { d.up.Cancel(cause) }
