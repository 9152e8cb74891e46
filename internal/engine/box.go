package engine

import (
	"sync"
	"sync/atomic"

	"github.com/weir-go/weir/demand"
)

// A made is what was made of n elements, of none if n is 0.
type made[A any] struct {
	v      A
	n      int
	parts  []*demand.Lineage // a reference of each, one for many elements of it in a row
	record int32             // of the element, if it is one
}

// join makes the front element of src one of those that m was made of.
func join[T, A any](m *made[A], src *demand.Chunk[T]) {
	if m.n++; m.n == 1 {
		m.record = src.Record(0)
	} else {
		m.record = 0
	}
	if l := src.Lineage(); l != nil && (len(m.parts) == 0 || m.parts[len(m.parts)-1] != l) {
		m.parts = append(m.parts, l.Fork())
	}
	src.Advance(1)
}

// A box stands between an island that makes something of its elements and one
// that asks for it. Downstream is busy from the moment when its request is
// answered until it asks again; what is made meanwhile is held, and may be taken
// back to make more of it. At any moment
//
//	in = out + merged + dropped + held
type box[A any] struct {
	wanted atomic.Bool // downstream has asked, and was not answered yet; set and cleared under mu

	mu    sync.Mutex
	given made[A] // the answer to a request, which is not taken back
	held  made[A]
	lent  bool  // what was held is being worked on
	ended error // how upstream ended, behind what is held
	gone  error // why downstream has left
	stats demand.BufferStats
	to    *demand.Island
}

func newBox[A any]() *box[A] {
	return &box[A]{stats: demand.BufferStats{Dropped: map[string]uint64{}, Capacity: 1}}
}

// lend hands what is held to the producer, who puts it back.
func (b *box[A]) lend() (m made[A]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, b.held = b.held, made[A]{}
	b.lent = m.n > 0
	return m
}

// put takes what the producer has made with k more elements, to hold it or to
// answer with it.
func (b *box[A]) put(m made[A], k int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.back(m, k)
	switch {
	case b.gone != nil:
		b.giveUp(m, b.gone)
	case b.wanted.Load():
		b.wanted.Store(false)
		b.given = m
		b.to.Wake()
	default:
		b.held = m
	}
}

// back counts k elements that m was made of since it was lent. b.mu is held.
func (b *box[A]) back(m made[A], k int) {
	b.stats.In += uint64(k)
	if k == m.n && k > 0 {
		k-- // the first one was not merged into another
	}
	b.stats.Merged += uint64(k)
	b.lent = false
}

// drop counts n elements that were not asked for, and are not held either.
func (b *box[A]) drop(n int, reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.In += uint64(n)
	b.stats.Dropped[reason] += uint64(n)
}

// giveUp abandons what nobody will take. b.mu is held.
func (b *box[A]) giveUp(m made[A], cause error) {
	if m.n == 0 {
		return
	}
	demand.Join(m.parts).Abandon(cause)
	b.stats.Dropped[demand.ReasonClosed]++
}

// close says that nothing more will come. What the producer could not put back
// is lost, with k elements more than when it was lent.
func (b *box[A]) close(err error, lost made[A], k int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.back(lost, k)
	b.giveUp(lost, err)
	b.ended = err
	if b.to != nil {
		b.to.Wake()
	}
}

// take answers with what there is, or notes that something is wanted.
func (b *box[A]) take(dst *demand.Chunk[A]) (done bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.to = dst.Island()
	from := &b.given
	if from.n == 0 {
		from = &b.held
	}
	switch {
	case b.gone != nil:
		return true, b.gone
	case from.n > 0:
		dst.SetLineage(demand.Join(from.parts))
		dst.AppendRecord(from.v, from.record)
		*from = made[A]{}
		b.stats.Out++
		return true, nil
	case b.ended != nil:
		return true, b.ended
	}
	b.wanted.Store(true)
	return false, nil
}

func (b *box[A]) ready() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.given.n > 0 || b.held.n > 0 || b.ended != nil
}

// left returns the cause with which downstream has left, or nil.
func (b *box[A]) left() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gone
}

// cancel says that nothing more is wanted.
func (b *box[A]) cancel(cause error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.gone != nil {
		return
	}
	b.gone = cause
	b.wanted.Store(false)
	b.giveUp(b.given, cause)
	b.giveUp(b.held, cause)
	b.given, b.held = made[A]{}, made[A]{}
}

// counts returns the counts of one moment.
func (b *box[A]) counts() demand.BufferStats {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.stats
	s.Dropped = map[string]uint64{}
	for reason, n := range b.stats.Dropped {
		s.Dropped[reason] = n
	}
	if b.given.n > 0 {
		s.Held++
	}
	if b.held.n > 0 || b.lent {
		s.Held++
	}
	return s
}
