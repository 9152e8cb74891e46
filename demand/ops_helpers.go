package demand

import (
	"sync/atomic"
	"time"
)

// The helpers that the operators need beside those of transfer.go: for stages
// that work in place and may be slow, that make many elements of one, that keep
// elements for longer, and for a buffer in the middle of a pipeline.

// Impatient is what a stage asks after work that gave nothing to hand on, before
// it works on: if it reports true, Pull returns err at once. That is so when the
// caller's patience has run out, when it does not want to wait and the round
// takes long, and when the run is stopped.
func Impatient[T any](dst *Chunk[T]) (yes bool, err error) {
	if dst.Hurry() && dst.island.Stopped() {
		return true, ErrStopped
	}
	switch p := dst.patience; {
	case p.noWait:
		return dst.Hurry(), nil
	case p.until.IsZero():
		return false, nil
	default:
		return p.Out(time.Now()), nil
	}
}

// PullRest fills dst with what Spill or KeepSome put into rest, and else from
// up. It is the pull of stages that call user code on elements in place.
func PullRest[T any](up Upstream[T], rest, dst *Chunk[T]) error {
	if rest.head < rest.tail {
		Move(dst, rest)
		return nil
	}
	return up.Pull(dst)
}

// Spill keeps the first n elements of c, to be handed on now, and moves the
// others to rest, from where they come back with PullRest. c must have been
// filled with PullRest from this rest: what rest still holds stays behind them.
func Spill[T any](c *Chunk[T], n int, rest *Chunk[T]) {
	if n < c.Len() {
		c.spill(c.head+n, rest)
		clear(c.buf[c.head+n : c.tail])
		c.truncate(n)
	}
}

// spill copies buf[from:tail] to rest, with a reference of the lineage.
func (c *Chunk[T]) spill(from int, rest *Chunk[T]) {
	n := c.tail - from
	if rest.head < rest.tail {
		// c came from rest, where there is room in front for what goes back, and a
		// reference of the same lineage.
		rest.head -= n
	} else {
		rest.tie(c.island)
		rest.Reset(n)
		rest.tail = n
		rest.lineage = c.lineage.Fork()
	}
	copy(rest.buf[rest.head:], c.buf[from:c.tail])
	if c.laned || rest.laned {
		for i := range n {
			rest.number(rest.head+i, c.Record(from-c.head+i))
		}
	}
}

// truncate forgets all but the first n elements, which somebody else has
// cleared and accounts for.
func (c *Chunk[T]) truncate(n int) {
	c.tail = c.head + n
	if n == 0 {
		c.head, c.tail = 0, 0
		c.lineage.Release()
		c.lineage = nil
	}
}

// tie makes the run release what the chunk holds when it ends early.
func (c *Chunk[T]) tie(isl *Island) {
	if c.island != isl {
		c.island = isl
		if isl != nil {
			isl.hold(c)
		}
	}
}

// KeepSome is Keep for tests that may take their time: when those kept so far
// should be handed on (see Hurry), the elements not yet tested move to rest, like
// with Spill.
func KeepSome[T any](c, rest *Chunk[T], keep func(T) bool) {
	items := c.buf[c.head:c.tail]
	hurry := c.flag()
	kept, used := 0, 0
	if c.laned {
		kept, used = c.keepLaned(keep)
	} else {
		for used < len(items) {
			kept, used = keepLoop(items, kept, used, keep, hurry)
			if hurry.Load() && c.handOn(kept) {
				break
			}
		}
	}
	if used < len(items) {
		c.spill(c.head+used, rest)
	}
	if kept < len(items) {
		clear(items[kept:])
		c.truncate(kept)
	}
}

// keepLoop tests items from the one at used on, until somebody is in a hurry, and
// moves those that pass to kept.
//
//go:noinline
func keepLoop[T any](items []T, kept, used int, keep func(T) bool, hurry *atomic.Bool) (int, int) {
	for i := used; i < len(items); i++ {
		v := items[i]
		if !keep(v) {
			if hurry.Load() {
				return kept, i + 1
			}
			continue
		}
		items[kept] = v
		kept++
		if hurry.Load() {
			return kept, i + 1
		}
	}
	return kept, len(items)
}

// keepLaned is the loop of KeepSome for chunks with record numbers.
func (c *Chunk[T]) keepLaned(keep func(T) bool) (kept, used int) {
	items, lane := c.buf[c.head:c.tail], c.lane[c.head:c.tail]
	for i, v := range items {
		if keep(v) {
			items[kept], lane[kept] = v, lane[i]
			kept++
		}
		if c.Hurry() && c.handOn(kept) {
			return kept, i + 1
		}
	}
	return kept, len(items)
}

// handOn reports that a hurried loop should end after it has kept n elements.
func (c *Chunk[T]) handOn(n int) bool {
	return n > 0 || !c.patience.IsForever() || c.island.Stopped()
}

// Expand appends elements that were made of the front element of src to dst,
// as many as fit, and returns how many those were: none if dst has to be handed
// on first. The front element stays where it is, and holds its lineage, until
// the stage has appended all and takes it off with Advance.
func Expand[In, Out any](dst *Chunk[Out], src *Chunk[In], made []Out) int {
	if len(made) == 0 || !Adopt(dst, src) {
		return 0
	}
	n := copy(dst.buf[dst.tail:dst.room], made)
	at := dst.tail
	dst.tail += n
	if src.laned || dst.laned {
		record := src.Record(0)
		for i := range n {
			dst.number(at+i, record)
		}
	}
	return n
}

// Accepts reports that dst has room for an element made of one of src.
func Accepts[In, Out any](dst *Chunk[Out], src *Chunk[In]) bool {
	return dst.tail < dst.room && (dst.tail == dst.head || dst.lineage == src.lineage)
}

// An Overlap collects elements for stages that emit the same element more than
// once, as overlapping windows do. It owns their lineages until they leave.
//
// The zero value is empty. What it holds when the run ends early is abandoned
// by the runtime.
type Overlap[T any] struct {
	items []T
	parts []held
	isl   *Island
}

// held is the lineage of n elements in a row.
type held struct {
	lineage *Lineage
	n       int
}

// Len returns how many elements are held.
func (o *Overlap[T]) Len() int { return len(o.items) }

// Take moves elements from src until n are held. dst is the chunk that the stage
// was asked to fill.
func (o *Overlap[T]) Take(src *Chunk[T], n int, dst interface{ Island() *Island }) (took int) {
	if isl := dst.Island(); o.isl != isl {
		o.isl = isl
		if isl != nil {
			isl.hold(o)
		}
	}
	k := min(n-len(o.items), src.Len())
	if k <= 0 {
		return 0
	}
	o.items = append(o.items, src.Items()[:k]...)
	if last := len(o.parts) - 1; last >= 0 && o.parts[last].lineage == src.lineage {
		o.parts[last].n += k
	} else {
		o.parts = append(o.parts, held{src.lineage.Fork(), k})
	}
	src.Advance(k)
	return k
}

// Emit appends a copy of what is held to dst as one element that descends from
// all of its parts, and goes on holding it. It reports false if dst has to be
// handed on first.
func (o *Overlap[T]) Emit(dst *Chunk[[]T]) bool {
	return EmitOf(o, dst, func(held []T) []T { return append([]T(nil), held...) })
}

// EmitOf is Overlap.Emit for an element that f makes of what is held, which it
// must not keep.
func EmitOf[T, Out any](o *Overlap[T], dst *Chunk[Out], f func(held []T) Out) bool {
	if dst.Free() == 0 {
		return false
	}
	var l *Lineage
	if len(o.parts) == 1 {
		l = o.parts[0].lineage
	}
	if dst.Len() > 0 && (len(o.parts) > 1 || dst.lineage != l) {
		return false
	}
	switch {
	case dst.Len() > 0:
	case len(o.parts) == 1:
		dst.SetLineage(l.Fork())
	default:
		var own []*Lineage
		for _, p := range o.parts {
			own = append(own, p.lineage.Fork())
		}
		dst.SetLineage(Join(own))
	}
	dst.Append(f(o.items))
	return true
}

// Drop lets go of the first n elements.
func (o *Overlap[T]) Drop(n int) {
	kept := copy(o.items, o.items[n:])
	clear(o.items[kept:])
	o.items = o.items[:kept]
	gone := 0
	for n > 0 {
		p := &o.parts[gone]
		if p.n > n {
			p.n -= n
			break
		}
		n -= p.n
		p.lineage.Release()
		gone++
	}
	kept = copy(o.parts, o.parts[gone:])
	clear(o.parts[kept:])
	o.parts = o.parts[:kept]
}

func (o *Overlap[T]) release(cause error) int {
	n := len(o.items)
	for _, p := range o.parts {
		p.lineage.Abandon(cause)
	}
	o.items, o.parts = nil, nil
	return n
}

// An Alarm wakes an island at a time. A stage that keeps time and is asked with
// NoWait sets it to when there will be something: whoever asks so may sleep on
// something else meanwhile, and look again when the island wakes.
type Alarm struct{ timer *time.Timer }

// Set wakes isl at the time given, instead of one given before.
func (a *Alarm) Set(isl *Island, at time.Time) {
	switch d := time.Until(at); {
	case isl == nil:
	case a.timer == nil:
		a.timer = time.AfterFunc(d, isl.Wake)
	default:
		a.timer.Reset(d)
	}
}

// Stop turns the alarm off.
func (a *Alarm) Stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}

// Inside says that the producer of b is an island of the run that pulls from it,
// so that a wait for it is one for the run itself: it counts when everybody waits
// for everybody. It is called before the first use.
func (b *Buffer[T]) Inside() { b.waiting.Outside = false }

// Room returns how many elements fit in without an overflow.
func (b *Buffer[T]) Room() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cfg.Capacity - b.items.len()
}

// Gone returns the cause with which the consumer has cancelled, or nil.
func (b *Buffer[T]) Gone() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.gone {
		return nil
	}
	return b.ended
}
