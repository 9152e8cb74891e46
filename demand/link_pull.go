package demand

import "errors"

// The consuming end of a link; its invariants stand in link.go.

// Pull takes what is in the ring, and waits if there is nothing.
func (l *Link[T]) Pull(dst *Chunk[T]) error {
	if l.c.listed != dst.island || dst.island == nil {
		l.join(dst)
	}
	for {
		if l.ready() {
			if l.c.tail != l.c.head {
				l.take(dst)
				return nil
			}
			if l.Gone() {
				return l.cause
			}
			return l.err
		}
		if !dst.island.Wait(l.ready, dst.patience, &l.forData) {
			l.grant()
			if dst.island.Stopped() {
				return ErrStopped
			}
			return nil
		}
	}
}

// ErrStopped is returned by a wait that ended because the run did. The runtime
// puts the cause of the run in its place.
var ErrStopped = errors.New("weir: stopped")

func (l *Link[T]) join(dst *Chunk[T]) {
	if dst.island == nil {
		dst.island = NewIsland()
	}
	l.c.listed = dst.island
	l.to.Store(dst.island)
	dst.island.granter = append(dst.island.granter, l)
}

// Attach ties the consuming end to isl before the first Pull, for stages that
// look at many links with Ready.
func (l *Link[T]) Attach(isl *Island) {
	if l.c.listed != isl {
		l.c.listed = isl
		l.to.Store(isl)
		isl.granter = append(isl.granter, l)
	}
}

// Ready reports that Pull would not wait. It is for the consumer.
func (l *Link[T]) Ready() bool { return l.ready() }

func (l *Link[T]) ready() bool {
	if l.c.head != l.c.tail {
		return true
	}
	ends := l.ends.Load() // before tail: what was published before the end counts
	if ends&consumerGone == 0 {
		l.c.tail = l.tail.Load()
		l.c.runT = l.runT.Load() // after tail
	}
	return ends != 0 || l.c.head != l.c.tail
}

// take moves elements of one lineage from the ring to dst.
func (l *Link[T]) take(dst *Chunk[T]) {
	end := l.c.tail
	var r *run
	if l.c.runH != l.c.runT {
		switch r = &l.runs[l.c.runH%uint64(len(l.runs))]; {
		case l.c.head < r.start:
			end = min(end, r.start)
			r = nil
		default:
			end = min(end, r.end)
		}
	}
	n := min(int(end-l.c.head), dst.Free())
	at := int(l.c.head & l.mask)
	first := min(n, len(l.ring)-at)
	base := dst.tail
	if n == 1 {
		dst.buf[base] = l.ring[at]
	} else {
		out := dst.Spare()
		copy(out, l.ring[at:at+first])
		copy(out[first:], l.ring[:n-first])
	}
	dst.tail += n
	if r != nil {
		if r.laned {
			for i := range n {
				dst.number(base+i, l.lane[(l.c.head+uint64(i))&l.mask])
			}
		}
		if l.c.head+uint64(n) == r.end {
			dst.SetLineage(r.lineage)
			*r = run{}
			l.c.runH++
		} else {
			dst.SetLineage(r.lineage.Fork())
		}
	}
	l.c.head += uint64(n)
	if l.c.head-l.c.granted >= l.quarter() || l.c.runH-l.runH.Load() >= uint64(len(l.runs)+3)/4 {
		l.grant()
	}
}

// grant publishes the room that the consumer has freed.
func (l *Link[T]) grant() {
	n := int(l.c.head - l.c.granted)
	if n == 0 {
		return
	}
	at := int(l.c.granted & l.mask)
	first := min(n, len(l.ring)-at)
	clear(l.ring[at : at+first])
	clear(l.ring[:n-first])
	l.c.granted = l.c.head
	if l.runH.Load() != l.c.runH {
		l.runH.Store(l.c.runH)
	}
	l.head.Store(l.c.head)
	if from := l.from.Load(); from != nil {
		from.Wake()
	}
}

// Cancel ends the consumer's side: what is in the ring is abandoned, and the
// producer learns that no more is wanted.
func (l *Link[T]) Cancel(cause error) {
	if l.Gone() {
		return
	}
	l.grant()
	l.c.tail = l.c.head
	l.cause = cause
	l.end(consumerGone)
	if from := l.from.Load(); from != nil {
		from.Wake()
	}
}
