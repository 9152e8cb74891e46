package demand

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"
)

// ErrBufferFull is wrapped by the error of a stream that failed because a
// buffer with strategy Fail was full.
var ErrBufferFull = errors.New("weir: buffer is full")

// ErrClosed is returned to a producer whose buffer takes no more elements.
var ErrClosed = errors.New("weir: closed")

// BufferConfig describes a Buffer.
type BufferConfig[T any] struct {
	Name     string
	Capacity int // elements held at most, at least 1
	Overflow Overflow

	// Priority, where set, makes elements of a higher value leave first, in order
	// of arrival within a value; and under Shed, those of the lowest are shed
	// first.
	Priority func(T) int

	// OnDrop, where set, sees every element dropped, with its reason. It is called
	// after the fact, without a lock held, by the goroutine that caused the drop.
	OnDrop func(v T, reason string)
}

// A Buffer stands between producers that may not be able to wait and a stream.
// Any number of goroutines may Offer; one pulls. At any moment
//
//	in = out + dropped + held
//
// where elements refused with an error, to Offer's caller, are not in.
type Buffer[T any] struct {
	cfg     BufferConfig[T]
	waiting Waiting

	mu      sync.Mutex
	items   classes[entry[T]]
	stats   BufferStats
	ended   error // set by Close or Cancel
	gone    bool  // Cancel was called
	room    chan struct{}
	blocked int
	to      *Island
	lastOut time.Time
	perItem float64 // seconds between departures, smoothed
}

type entry[T any] struct {
	v       T
	lineage *Lineage
	record  int32

	priority int // asked for without the lock, because it is user code
}

// BufferStats is a consistent look at a buffer.
type BufferStats struct {
	In       uint64            // taken in
	Out      uint64            // handed on
	Merged   uint64            // made part of another element that is held, by Conflate
	Dropped  map[string]uint64 // dropped after they were taken, or on arrival, by reason
	Refused  map[string]uint64 // given back to their producer with an error, by reason
	Held     int
	Capacity int
}

// DroppedTotal adds up the drops of all reasons.
func (s BufferStats) DroppedTotal() (n uint64) {
	for _, d := range s.Dropped {
		n += d
	}
	return n
}

// NewBuffer returns an empty buffer. It panics on a configuration that Check
// refuses.
func NewBuffer[T any](cfg BufferConfig[T]) *Buffer[T] {
	if err := cfg.Check(); err != nil {
		panic(err)
	}
	b := &Buffer[T]{cfg: cfg, room: make(chan struct{}), waiting: Waiting{Link: cfg.Name, Outside: true}}
	b.stats = BufferStats{Dropped: map[string]uint64{}, Refused: map[string]uint64{}, Capacity: cfg.Capacity}
	return b
}

// Check returns what is wrong with the configuration.
func (cfg BufferConfig[T]) Check() error {
	switch {
	case cfg.Capacity < 1:
		return fmt.Errorf("weir: buffer capacity must be at least 1, is %d", cfg.Capacity)
	case !cfg.Overflow.Valid():
		return fmt.Errorf("weir: unknown overflow strategy %d", cfg.Overflow)
	}
	return nil
}

// Offer puts v in, as the strategy says. It returns nil if v was taken, or
// dropped by the strategy; an *OverloadError if it was shed; an error that wraps
// ErrBufferFull, ErrClosed with the cause, or ctx's cause.
func (b *Buffer[T]) Offer(ctx context.Context, v T) error {
	return b.offer(entry[T]{v: v}, ctx.Done(), func() error { return context.Cause(ctx) })
}

// OfferFrom offers the front element of src with its lineage, and takes it off.
// It waits until done at the most.
func (b *Buffer[T]) OfferFrom(done <-chan struct{}, src *Chunk[T]) error {
	e := entry[T]{v: src.Items()[0], lineage: src.Lineage().Fork(), record: src.Record(0)}
	if err := b.offer(e, done, func() error { return ErrStopped }); err != nil {
		var over *OverloadError
		if !errors.As(err, &over) {
			e.lineage.Abandon(err)
			return err
		}
		b.mu.Lock()
		b.stats.In++
		b.stats.Refused[over.Reason]--
		if b.stats.Refused[over.Reason] == 0 {
			delete(b.stats.Refused, over.Reason)
		}
		b.stats.Dropped[over.Reason]++
		b.mu.Unlock()
		b.dropped([]entry[T]{e}, over.Reason)
	}
	src.Advance(1)
	return nil
}

func (b *Buffer[T]) offer(e entry[T], done <-chan struct{}, cause func() error) error {
	if b.cfg.Priority != nil {
		e.priority = b.cfg.Priority(e.v)
	}
	b.mu.Lock()
	for {
		if b.ended != nil {
			err := b.ended
			b.stats.Refused[ReasonClosed]++
			b.mu.Unlock()
			return fmt.Errorf("%w: %w", ErrClosed, err)
		}
		if b.items.len() < b.cfg.Capacity {
			b.put(e)
			b.mu.Unlock()
			return nil
		}
		if b.cfg.Overflow != Block {
			break
		}
		room := b.room
		b.blocked++
		b.mu.Unlock()
		select {
		case <-room:
		case <-done:
			b.mu.Lock()
			b.blocked--
			b.mu.Unlock()
			return cause()
		}
		b.mu.Lock()
		b.blocked--
	}
	return b.overflow(e)
}

// put adds e and wakes the consumer. b.mu is held.
func (b *Buffer[T]) put(e entry[T]) {
	if b.items.len() == 0 {
		b.lastOut = time.Now() // time with nothing to hand on says nothing about the pace
	}
	b.items.push(e, e.priority)
	b.stats.In++
	if b.to != nil {
		b.to.Wake()
	}
}

// overflow does what the strategy says with e, for which there is no room. It
// unlocks b.mu.
func (b *Buffer[T]) overflow(e entry[T]) error {
	var out []entry[T]
	reason := ""
	var err error
	switch b.cfg.Overflow {
	case DropNewest:
		out, reason = []entry[T]{e}, ReasonNewest
		b.stats.In++
	case DropOldest:
		out, reason = []entry[T]{b.items.popOldest()}, ReasonOldest
		b.put(e)
	case DropBuffer:
		for b.items.len() > 0 {
			out = append(out, b.items.pop())
		}
		reason = ReasonBuffer
		b.put(e)
	case Shed:
		if b.cfg.Priority != nil {
			if low, ok := b.items.popLowest(e.priority); ok {
				out, reason = []entry[T]{low}, ReasonPriority
				b.put(e)
				break
			}
		}
		err = &OverloadError{Reason: ReasonShed, Depth: b.items.len(), Capacity: b.cfg.Capacity, RetryAfter: b.retryAfter()}
		b.stats.Refused[ReasonShed]++
	case Fail:
		err = fmt.Errorf("%w: %d elements held", ErrBufferFull, b.items.len())
		b.stats.Refused["fail"]++
		b.ended = err
		if b.to != nil {
			b.to.Wake()
		}
		close(b.room)
	}
	b.stats.drop(reason, len(out))
	b.mu.Unlock()
	b.dropped(out, reason)
	return err
}

func (s *BufferStats) drop(reason string, n int) {
	if n > 0 {
		s.Dropped[reason] += uint64(n)
	}
}

// dropped lets go of elements that were dropped on purpose.
func (b *Buffer[T]) dropped(out []entry[T], reason string) {
	for _, e := range out {
		e.lineage.Release()
		if b.cfg.OnDrop != nil {
			b.cfg.OnDrop(e.v, reason)
		}
	}
}

const (
	minRetryAfter = time.Millisecond
	maxRetryAfter = 30 * time.Second
	// firstPerItem is assumed for the time an element takes to leave until that has
	// been seen.
	firstPerItem = 0.010
)

// RetryAfter estimates when what is held now will have left, from the smoothed
// time between departures; it shrinks as the buffer drains. It is between 1 ms
// and 30 s.
func (b *Buffer[T]) RetryAfter() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.retryAfter()
}

func (b *Buffer[T]) retryAfter() time.Duration {
	per := b.perItem
	if per == 0 {
		per = firstPerItem
	}
	d := time.Duration(per * float64(b.items.len()) * float64(time.Second))
	return min(max(d, minRetryAfter), maxRetryAfter)
}

// Close says that no more will be offered: the consumer gets what is held, then
// err (ErrCompleted for a normal end). Later offers are refused.
func (b *Buffer[T]) Close(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.end(err)
}

func (b *Buffer[T]) end(err error) {
	if b.ended != nil {
		return
	}
	b.ended = err
	close(b.room)
	if b.to != nil {
		b.to.Wake()
	}
}

// Pull takes elements out; it waits for some on the island of dst.
func (b *Buffer[T]) Pull(dst *Chunk[T]) error {
	if dst.island == nil {
		dst.island = NewIsland()
	}
	for {
		if done, err := b.take(dst); done {
			return err
		}
		if !dst.island.Wait(b.ready, dst.patience, &b.waiting) {
			if dst.island.Stopped() {
				return ErrStopped
			}
			return nil
		}
	}
}

func (b *Buffer[T]) ready() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.items.len() > 0 || b.ended != nil
}

func (b *Buffer[T]) take(dst *Chunk[T]) (done bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.to = dst.island
	if b.gone || b.items.len() == 0 {
		return b.ended != nil, b.ended
	}
	n := 0
	for dst.Free() > 0 && b.items.len() > 0 {
		e := b.items.peek()
		if n > 0 && e.lineage != dst.lineage {
			break
		}
		b.items.pop()
		if n == 0 {
			dst.SetLineage(e.lineage)
		} else {
			e.lineage.Release()
		}
		dst.AppendRecord(e.v, e.record)
		n++
	}
	b.departed(n)
	b.stats.Out += uint64(n)
	if b.blocked > 0 && b.ended == nil { // end has closed it for good
		close(b.room)
		b.room = make(chan struct{})
	}
	return true, nil
}

// departed keeps the smoothed time between departures.
func (b *Buffer[T]) departed(n int) {
	now := time.Now()
	if !b.lastOut.IsZero() {
		per := now.Sub(b.lastOut).Seconds() / float64(n)
		if b.perItem == 0 {
			b.perItem = per
		} else {
			b.perItem += (per - b.perItem) / 8
		}
	}
	b.lastOut = now
}

// Cancel empties the buffer, whose elements are abandoned, and refuses further
// offers.
func (b *Buffer[T]) Cancel(cause error) {
	b.mu.Lock()
	if b.gone {
		b.mu.Unlock()
		return
	}
	b.end(cause)
	b.ended = cause
	b.gone = true
	var out []entry[T]
	for b.items.len() > 0 {
		e := b.items.pop()
		e.lineage.Abandon(cause)
		e.lineage = nil
		out = append(out, e)
	}
	b.stats.drop(ReasonClosed, len(out))
	b.mu.Unlock()
	b.dropped(out, ReasonClosed)
}

// Stats returns the counts of one moment.
func (b *Buffer[T]) Stats() BufferStats {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.stats
	s.Dropped, s.Refused = maps.Clone(s.Dropped), maps.Clone(s.Refused)
	s.Held = b.items.len()
	return s
}
