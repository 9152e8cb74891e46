package demand

// A Backlog holds elements, each with its record number and a reference of its
// lineage, for stages that pass elements on later than they come, or only the
// last of them. Elements are put in at its end and leave at its front.
//
// The zero value is empty. What it holds when the run ends early is abandoned by
// the runtime.
type Backlog[T any] struct {
	ring []entry[T]
	head int
	n    int
	isl  *Island
}

// Len returns how many elements are held.
func (b *Backlog[T]) Len() int { return b.n }

// Take moves the first n elements of src, or all if there are fewer, to the end.
// dst is the chunk that the stage was asked to fill.
func (b *Backlog[T]) Take(src *Chunk[T], n int, dst interface{ Island() *Island }) {
	if isl := dst.Island(); b.isl != isl {
		b.isl = isl
		if isl != nil {
			isl.hold(b)
		}
	}
	n = min(n, src.Len())
	b.grow(b.n + n)
	for i, v := range src.Items()[:n] {
		b.push(entry[T]{v: v, lineage: src.lineage.Fork(), record: src.Record(i)})
	}
	src.Advance(n)
}

// push puts an entry in, whose lineage it takes over.
func (b *Backlog[T]) push(e entry[T]) {
	b.grow(b.n + 1)
	*b.at(b.n) = e
	b.n++
}

// Emit moves elements from the front to dst, at most n: as many as fit and are of
// one lineage. It returns how many those were.
func (b *Backlog[T]) Emit(dst *Chunk[T], n int) (moved int) {
	for moved < min(n, b.n) && dst.Free() > 0 {
		e := b.at(moved)
		if dst.Len() > 0 && dst.lineage != e.lineage {
			break
		}
		if dst.lineage != e.lineage {
			dst.SetLineage(e.lineage.Fork())
		}
		dst.AppendRecord(e.v, e.record)
		moved++
	}
	b.Drop(moved)
	return moved
}

// Drop lets go of the first n elements.
func (b *Backlog[T]) Drop(n int) {
	for range n {
		e := b.at(0)
		e.lineage.Release()
		*e = entry[T]{}
		b.head = (b.head + 1) & (len(b.ring) - 1)
		b.n--
	}
}

func (b *Backlog[T]) at(i int) *entry[T] { return &b.ring[(b.head+i)&(len(b.ring)-1)] }

// grow makes the ring, whose length is a power of two, large enough for n.
func (b *Backlog[T]) grow(n int) {
	if n <= len(b.ring) {
		return
	}
	size := max(8, len(b.ring))
	for size < n {
		size *= 2
	}
	ring := make([]entry[T], size)
	for i := range b.n {
		ring[i] = *b.at(i)
	}
	b.ring, b.head = ring, 0
}

func (b *Backlog[T]) release(cause error) int {
	n := b.n
	for i := range n {
		b.at(i).lineage.Abandon(cause)
	}
	b.ring, b.head, b.n = nil, 0, 0
	return n
}
