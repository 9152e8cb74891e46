package stagetest

import (
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A Committing is a source that wants to know what became of its elements, like
// a log of which a position is committed. It reads a few elements at a time;
// each read has a lineage, and each element a record number. Before a read, and
// once when the run closes, it commits the elements of those reads from the
// first on that have settled as done, never past another one. It serves one
// run.
type Committing[T any] struct {
	t     testing.TB
	meta  stage.Meta
	items []T
	per   int
	board

	reads     []*Read
	next      int // reads that are committed
	committed int // elements
	closed    bool
}

// A Read is one read of a Committing source.
type Read struct {
	First, N   int // its elements: N from the First on
	Settled    int // how often it has settled; once, in the end
	Settlement demand.Settlement
}

// NewCommitting returns a source of items, perRead of them to a read.
func NewCommitting[T any](t testing.TB, items []T, perRead int, opts ...stage.Option) *Committing[T] {
	t.Helper()
	m := stage.Configure("Committing", stage.TakesName, opts).Positive(perRead, "elements to a read")
	m.Once = new(stage.Once)
	return &Committing[T]{t: t, meta: m, items: items, per: perRead, board: newBoard()}
}

// Meta implements stage.Source.
func (c *Committing[T]) Meta() stage.Meta { return c.meta }

// Open implements stage.Source.
func (c *Committing[T]) Open(rt *stage.Runtime) demand.Upstream[T] {
	rt.OnClose(func() error {
		c.commit()
		c.update(func() { c.closed = true })
		return nil
	})
	return &reading[T]{c: c}
}

// Committed returns how many elements from the first on are committed.
func (c *Committing[T]) Committed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.committed
}

// Reads returns what has become of each read so far.
func (c *Committing[T]) Reads() []Read {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Read
	for _, r := range c.reads {
		out = append(out, *r)
	}
	return out
}

// ExpectCommitted waits for the end of the run, and fails the test unless every
// read has settled exactly once, and n elements are committed.
func (c *Committing[T]) ExpectCommitted(n int) {
	c.t.Helper()
	c.ExpectSettled()
	if got := c.Committed(); got != n {
		c.t.Fatalf("stagetest: source %q: %d elements are committed, want %d; reads: %+v", c.meta.Title(), got, n, c.Reads())
	}
}

// ExpectSettled waits for the end of the run, and fails the test unless every
// read has settled exactly once: none was forgotten.
func (c *Committing[T]) ExpectSettled() {
	c.t.Helper()
	if !c.await(Timeout, func() bool { return c.closed }) {
		c.t.Fatalf("stagetest: source %q: the run has not ended within %s", c.meta.Title(), Timeout)
	}
	for i, r := range c.Reads() {
		if r.Settled != 1 {
			c.t.Fatalf("stagetest: source %q: read %d, of %d elements from %d on, has settled %d times", c.meta.Title(), i, r.N, r.First, r.Settled)
		}
	}
}

// commit moves on over reads that are done.
func (c *Committing[T]) commit() {
	c.update(func() {
		for c.next < len(c.reads) && c.reads[c.next].Settled > 0 && c.reads[c.next].Settlement.Outcome == demand.Done {
			c.committed += c.reads[c.next].N
			c.next++
		}
	})
}

// read begins a read of n elements.
func (c *Committing[T]) read(first, n int) *demand.Lineage {
	r := &Read{First: first, N: n}
	c.update(func() { c.reads = append(c.reads, r) })
	l := demand.NewLineage(func(s demand.Settlement) {
		c.update(func() { r.Settled++; r.Settlement = s })
	})
	l.Origin = demand.Origin{Source: c.meta.Title(), Base: int64(first)}
	return l
}

// reading is an opened Committing.
type reading[T any] struct {
	c       *Committing[T]
	at      int // the element that is given next
	first   int // of the read at hand
	end     int // behind the read at hand
	lineage *demand.Lineage
	cause   error
}

func (r *reading[T]) Pull(dst *demand.Chunk[T]) error {
	switch {
	case r.cause != nil:
		return r.cause
	case r.at < r.end:
	case r.at == len(r.c.items):
		return demand.ErrCompleted
	default:
		r.c.commit()
		r.first, r.end = r.at, min(r.at+r.c.per, len(r.c.items))
		r.lineage = r.c.read(r.first, r.end-r.first)
	}
	for r.at < r.end && dst.Free() > 0 {
		dst.AppendRecord(r.c.items[r.at], int32(r.at-r.first+1))
		r.at++
	}
	if r.at < r.end {
		dst.SetLineage(r.lineage.Fork())
	} else {
		dst.SetLineage(r.lineage)
		r.lineage = nil
	}
	return nil
}

func (r *reading[T]) Cancel(cause error) {
	if r.cause != nil {
		return
	}
	r.cause = cause
	r.lineage.Abandon(cause)
	r.lineage = nil
}
