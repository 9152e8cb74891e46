package demand

import (
	"fmt"
	"sync"
)

// A Loop is the place in a cycle where elements wait that go through it once
// more. It never makes anybody wait for room: what is one too many goes by its
// strategy. Elements keep their lineage and record numbers there.
//
// A loop that tracks also knows how many of the elements that it has let in are
// still on their way, wherever that is: each answer gets a lineage of its own
// inside, which settles when all that came of its elements has left, and stands
// for one reference of the lineage outside.
//
// The entry and the exit of the cycle may be on different islands. What waits
// when the run ends early is abandoned by the island of the exit.
type Loop[T any] struct {
	capacity int
	overflow Overflow
	inner    *inside // nil: it does not track

	mu      sync.Mutex
	waiting Backlog[T]
	closed  error
	entry   *Island

	// The exit's own: a lineage inside, and the reference of what it stands for.
	in, out *Lineage
	isl     *Island
}

// inside marks the lineages of one loop.
type inside struct{ left func(n int) }

// NewLoop returns an empty loop. left, where set, makes it track: it is called,
// on any goroutine, when n elements that were let in have left.
func NewLoop[T any](capacity int, overflow Overflow, left func(n int)) *Loop[T] {
	l := &Loop[T]{capacity: capacity, overflow: overflow}
	if left != nil {
		l.inner = &inside{left}
	}
	return l
}

// Enter moves waiting elements to dst, at most n, as many as are of one lineage.
func (l *Loop[T]) Enter(dst *Chunk[T], n int) (moved int) {
	l.mu.Lock()
	moved = l.waiting.Emit(dst, n)
	l.mu.Unlock()
	return moved
}

// Track makes the lineage of the elements of dst one of the inside. They must
// have come in with this answer.
func (l *Loop[T]) Track(dst *Chunk[T]) {
	n := dst.Len()
	if l.inner == nil || n == 0 {
		return
	}
	mark := l.inner
	t := NewLineage(func(Settlement) { mark.left(n) })
	t.loop = mark
	if out := dst.TakeLineage(); out != nil {
		t.Origin, t.parts = out.Origin, []*Lineage{out}
	}
	dst.lineage = t
}

// Waiting returns how many elements wait.
func (l *Loop[T]) Waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting.Len()
}

// Close abandons what waits and takes no more in. It returns how many elements
// those were.
func (l *Loop[T]) Close(cause error) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed == nil {
		l.closed = cause
	}
	l.forget()
	return l.waiting.release(cause)
}

func (l *Loop[T]) release(cause error) int { return l.Close(cause) }

// forget gives back what the exit has looked up. l.mu need not be held.
func (l *Loop[T]) forget() {
	l.out.Release()
	l.in, l.out = nil, nil
}

// outside returns the lineage of an element inside as it is outside; the loop
// owns the reference.
func (l *Loop[T]) outside(in *Lineage) *Lineage {
	if l.inner == nil || in == nil {
		return in
	}
	if l.in != in {
		l.forget()
		l.in, l.out = in, in.outside(l.inner)
	}
	return l.out
}

// Leaves reports that dst has room for the front element of src, which would
// leave the loop l.
func Leaves[In, Out any](l *Loop[In], dst, src *Chunk[Out]) bool {
	return dst.Free() > 0 && (dst.Len() == 0 || dst.lineage == l.outside(src.lineage))
}

// Leave moves the front element of src to dst, out of the loop l. It must fit,
// as Leaves says.
func Leave[In, Out any](l *Loop[In], dst, src *Chunk[Out]) {
	out := l.outside(src.lineage)
	if dst.lineage != out {
		dst.SetLineage(out.Fork())
	}
	dst.AppendRecord(src.Items()[0], src.Record(0))
	l.advance(src.Advance, src.Len())
}

// advance takes the front element off a chunk of n.
func (l *Loop[T]) advance(advance func(int), n int) {
	if n == 1 {
		l.forget() // its address may be used again
	}
	advance(1)
}

// GoBack puts v, which was made of the front element of src, into the loop l to
// wait there, and takes that element off. It returns how many elements were
// dropped and why, or an error that wraps ErrBufferFull; then the element stays.
func GoBack[In, Out any](l *Loop[In], src *Chunk[Out], v In) (reason string, dropped int, err error) {
	if l.isl != src.island {
		if l.isl = src.island; l.isl != nil {
			l.isl.hold(l)
		}
	}
	e := entry[In]{v: v, record: src.Record(0)}
	l.mu.Lock()
	if l.closed != nil {
		l.mu.Unlock()
		return "", 0, l.closed
	}
	if full := l.waiting.Len() >= l.capacity; full {
		if reason, dropped, err = l.makeRoom(); err != nil || reason == ReasonNewest || reason == ReasonShed {
			l.mu.Unlock()
			if err == nil {
				l.advance(src.Advance, src.Len())
			}
			return reason, dropped, err
		}
	}
	e.lineage = l.outside(src.lineage).Fork()
	l.waiting.push(e)
	to := l.entry
	l.mu.Unlock()
	l.advance(src.Advance, src.Len())
	if to != nil {
		to.Wake()
	}
	return reason, dropped, nil
}

// makeRoom does what the strategy says. l.mu is held.
func (l *Loop[T]) makeRoom() (reason string, dropped int, err error) {
	switch n := l.waiting.Len(); l.overflow {
	case DropNewest:
		return ReasonNewest, 1, nil
	case Shed:
		return ReasonShed, 1, nil
	case DropOldest:
		l.waiting.Drop(1)
		return ReasonOldest, 1, nil
	case DropBuffer:
		l.waiting.Drop(n)
		return ReasonBuffer, n, nil
	default:
		return "", 0, fmt.Errorf("%w: %d elements wait to go round again, of at most %d, and one more came back", ErrBufferFull, n, l.capacity)
	}
}

// EnterFrom says on which island the entry is: it is woken when an element comes
// back and when the loop is closed.
func (l *Loop[T]) EnterFrom(isl *Island) {
	l.mu.Lock()
	l.entry = isl
	l.mu.Unlock()
}

// Closed returns the cause with which the loop was closed, or nil.
func (l *Loop[T]) Closed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}

// Wake makes the entry look again.
func (l *Loop[T]) Wake() {
	l.mu.Lock()
	to := l.entry
	l.mu.Unlock()
	if to != nil {
		to.Wake()
	}
}

// outside returns a reference of what l stands for outside the loop marked so.
func (l *Lineage) outside(mark *inside) *Lineage {
	switch {
	case l == nil:
		return nil
	case l.loop == mark && len(l.parts) == 0:
		return nil
	case l.loop == mark:
		return l.parts[0].Fork()
	case l.loop != nil || len(l.parts) == 0:
		return l.Fork()
	}
	parts := make([]*Lineage, 0, len(l.parts))
	for _, p := range l.parts {
		parts = append(parts, p.outside(mark))
	}
	return Join(parts)
}
