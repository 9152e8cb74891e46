package demand

import (
	"math/bits"
	"sync/atomic"
)

// A Link carries elements from one island to another over a bounded ring. The
// free part of the ring is the credit of the producer; a link only ever makes
// it wait.
//
// The producing goroutine calls Reserve, Publish and Close; the consuming one
// Pull and Cancel. Stats may be read from anywhere.
//
// Invariants:
//
//   - tail is written by the producer only, head by the consumer only; both only
//     grow; head <= tail <= head + capacity.
//   - The slots of [head, tail) belong to the consumer, the others to the
//     producer. A slot is cleared before head passes it, and not as it is taken:
//     the producer is writing to the same cache line.
//   - Lineage travels beside the elements as runs {start, end, lineage} in a ring
//     of its own, in order, without overlap. A run is written before runTail,
//     runTail before tail; the consumer reads tail first, so it sees the run of
//     every element that it sees.
//   - Each run owns one reference of its lineage.
//   - Freed room is granted when it is a quarter of the ring, and always before
//     the consumer's island sleeps.
//   - The second of Close and Cancel, decided by one atomic or, releases what is
//     left in the ring.
type Link[T any] struct {
	name string
	ring []T
	lane []int32
	runs []run
	mask uint64
	size uint64 // how many elements may be held; the ring is the next power of two

	_    [64]byte
	tail atomic.Uint64 // published elements, by the producer
	runT atomic.Uint64 // published runs

	_    [64]byte
	head atomic.Uint64 // published room, by the consumer
	runH atomic.Uint64

	_     [64]byte
	ends  atomic.Uint32
	err   error // written before ends has producerDone
	cause error // written before ends has consumerGone
	from  atomic.Pointer[Island]
	to    atomic.Pointer[Island]

	_        [64]byte
	p        producer[T]
	_        [64]byte
	c        consumer
	forData  Waiting
	forRoom  Waiting
	discards atomic.Uint64
}

type run struct {
	start, end uint64
	lineage    *Lineage
	laned      bool
}

type producer[T any] struct {
	tail, head uint64 // own tail, last seen head
	runT, runH uint64
	out        Chunk[T]
}

type consumer struct {
	head, tail uint64 // own head, last seen tail
	granted    uint64
	runH, runT uint64
	listed     *Island
}

const (
	producerDone = 1
	consumerGone = 2
	maxRuns      = 64
)

// NewLink returns a link that holds n elements at most, and at least one.
func NewLink[T any](name string, n int) *Link[T] {
	n = max(n, 1)
	slots := 1 << bits.Len(uint(n-1))
	l := &Link[T]{
		name: name,
		ring: make([]T, slots),
		runs: make([]run, min(slots, maxRuns)),
		mask: uint64(slots - 1),
		size: uint64(n),
	}
	l.forData = Waiting{Link: name}
	l.forRoom = Waiting{Link: name, ForRoom: true}
	return l
}

// Name returns the link's name.
func (l *Link[T]) Name() string { return l.name }

// Cap returns how many elements the link can hold.
func (l *Link[T]) Cap() int { return int(l.size) }

// LinkStats is what can be seen of a link from outside.
type LinkStats struct {
	Name      string
	In, Out   uint64 // elements that entered and left
	Held      int    // elements in the ring; Cap - Held is the credit left
	Cap       int
	Discarded uint64 // given up when the consumer left
}

// Stats returns a link's counts; those of a running link may be a little old.
func (l *Link[T]) Stats() LinkStats {
	d := l.discards.Load() // set once, when both ends have left: then head and tail are final
	h := l.head.Load()
	t := l.tail.Load()
	return LinkStats{Name: l.name, In: t, Out: h, Held: int(t - h - d), Cap: int(l.size), Discarded: d}
}

// Reserve waits for room and returns a chunk over the ring's own memory, with
// room for at most n elements. Pull into it, then Publish it. Where there is no
// room yet it waits with patience p and returns nil when that runs out, when
// the island is stopped, or when the consumer has gone; see Gone.
func (l *Link[T]) Reserve(isl *Island, n int, p Patience) *Chunk[T] {
	if l.from.Load() != isl {
		l.from.Store(isl)
	}
	if l.room() == 0 && (!isl.Wait(l.roomOrGone, p, &l.forRoom) || l.room() == 0) {
		return nil
	}
	if l.ends.Load()&consumerGone != 0 {
		return nil
	}
	at := int(l.p.tail & l.mask)
	n = min(n, l.room(), len(l.ring)-at)
	c := &l.p.out
	c.buf = l.ring[at : at+n]
	c.head, c.tail, c.room, c.laned, c.patience, c.island = 0, 0, n, false, Patience{}, isl
	return c
}

// Room returns how many elements may be reserved now.
func (l *Link[T]) Room(isl *Island) int {
	if l.from.Load() != isl {
		l.from.Store(isl)
	}
	return l.room()
}

func (l *Link[T]) room() int {
	free := l.size - (l.p.tail - l.p.head)
	if free < l.quarter() {
		l.p.head = l.head.Load()
		free = l.size - (l.p.tail - l.p.head)
	}
	if l.p.runT-l.p.runH == uint64(len(l.runs)) {
		if l.p.runH = l.runH.Load(); l.p.runT-l.p.runH == uint64(len(l.runs)) {
			return 0
		}
	}
	return int(free)
}

func (l *Link[T]) quarter() uint64 { return (l.size + 3) / 4 }

func (l *Link[T]) roomOrGone() bool { return l.Gone() || l.room() > 0 }

// Gone reports that the consumer has cancelled.
func (l *Link[T]) Gone() bool { return l.ends.Load()&consumerGone != 0 }

// Cause returns why the consumer cancelled. It is valid once Gone.
func (l *Link[T]) Cause() error {
	if !l.Gone() {
		return nil
	}
	return l.cause
}

// Publish hands the elements of the chunk that Reserve returned to the
// consumer.
func (l *Link[T]) Publish() {
	c := &l.p.out
	if c.head > 0 {
		c.compact()
	}
	if n := c.tail; n > 0 {
		if c.lineage == nil {
			l.p.tail += uint64(n)
		} else {
			l.stage(c, 0, n)
		}
		l.Flush()
	}
	if c.lineage != nil {
		c.TakeLineage().Release()
	}
	c.head, c.tail = 0, 0
}

// Put copies n elements of src, from the i-th on, into the ring, each with a
// reference of its own of src's lineage. There must be room. The consumer sees
// them after Flush.
func (l *Link[T]) Put(src *Chunk[T], i, n int) {
	at := int(l.p.tail & l.mask)
	from := src.buf[src.head+i : src.head+i+n]
	k := copy(l.ring[at:], from)
	copy(l.ring, from[k:])
	l.stage(src, i, n)
}

// stage notes the lineage and record numbers of n elements that were written
// at the producer's tail, which it moves.
func (l *Link[T]) stage(src *Chunk[T], i, n int) {
	start := l.p.tail
	l.p.tail += uint64(n)
	if src.lineage == nil {
		return
	}
	if src.laned {
		if l.lane == nil {
			l.lane = make([]int32, len(l.ring))
		}
		for j := range n {
			l.lane[(start+uint64(j))&l.mask] = src.Record(i + j)
		}
	}
	if l.p.runT != l.runT.Load() {
		last := &l.runs[(l.p.runT-1)%uint64(len(l.runs))]
		if last.lineage == src.lineage && last.end == start && last.laned == src.laned {
			last.end = l.p.tail
			return
		}
	}
	l.runs[l.p.runT%uint64(len(l.runs))] = run{start, l.p.tail, src.lineage.Fork(), src.laned}
	l.p.runT++
}

// Flush shows the consumer what was put.
func (l *Link[T]) Flush() {
	if l.p.runT != l.runT.Load() {
		l.runT.Store(l.p.runT)
	}
	l.tail.Store(l.p.tail)
	if to := l.to.Load(); to != nil {
		to.Wake()
	}
}

// Close ends the link: after what is in the ring, the consumer gets err.
func (l *Link[T]) Close(err error) {
	l.p.out.TakeLineage().Abandon(err)
	l.unstage(err)
	l.err = err
	l.end(producerDone)
	if to := l.to.Load(); to != nil {
		to.Wake()
	}
}

// unstage gives up what was put and never flushed.
func (l *Link[T]) unstage(cause error) {
	for i := l.runT.Load(); i != l.p.runT; i++ {
		r := &l.runs[i%uint64(len(l.runs))]
		r.lineage.Abandon(cause)
		*r = run{}
	}
	l.p.runT = l.runT.Load()
	for i := l.tail.Load(); i != l.p.tail; i++ {
		var zero T
		l.ring[i&l.mask] = zero
	}
	l.p.tail = l.tail.Load()
}

func (l *Link[T]) end(who uint32) {
	old := l.ends.Or(who)
	if old&who == 0 && old != 0 {
		l.sweep()
	}
}

// sweep releases what nobody will take any more. Both ends have left.
func (l *Link[T]) sweep() {
	h, t := l.head.Load(), l.tail.Load()
	for i := l.runH.Load(); i != l.runT.Load(); i++ {
		r := &l.runs[i%uint64(len(l.runs))]
		r.lineage.Abandon(l.cause)
		*r = run{}
	}
	clear(l.ring)
	l.discards.Store(t - h)
}
