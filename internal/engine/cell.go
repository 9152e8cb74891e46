package engine

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Cell is what the runtime knows of one stage.
type Cell struct {
	Name  string
	Kind  string
	Index int
	Run   *Run

	// plain counters of the island's goroutine
	isl    *island
	below  *Cell // the stage that pulls from this one on the same island
	in     uint64
	out    uint64
	chunks uint64
	sample time.Duration
	busy   time.Duration

	// published
	pub struct{ in, out, chunks, busy atomic.Int64 }

	// counted where it happens, by any goroutine
	workers   int          // parallel calls, where the stage has workers
	called    atomic.Int64 // time in those calls
	failures  atomic.Int64
	discarded atomic.Int64
	retries   atomic.Int64
	mu        sync.Mutex
	dropped   map[string]int64
}

// NewCell adds a stage to the run. A name that is taken gets a number.
func (r *Run) NewCell(name, kind string) *Cell {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &Cell{Name: r.unique(name), Kind: kind, Index: len(r.cells), Run: r}
	r.cells = append(r.cells, c)
	return c
}

func (r *Run) unique(name string) string {
	try := name
	for n := 2; ; n++ {
		taken := false
		for _, c := range r.cells {
			taken = taken || c.Name == try
		}
		if !taken {
			return try
		}
		try = name + "-" + itoa(n)
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// Drop counts n elements dropped on purpose.
func (c *Cell) Drop(reason string, n int) {
	if n <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dropped == nil {
		c.dropped = map[string]int64{}
	}
	c.dropped[reason] += int64(n)
}

// Discard counts n elements that were read and can't be passed on.
func (c *Cell) Discard(n int) { c.discarded.Add(int64(n)) }

// Failed counts n elements that user code refused.
func (c *Cell) Failed(n int) { c.failures.Add(int64(n)) }

func (c *Cell) publish() {
	c.pub.in.Store(int64(c.in))
	c.pub.out.Store(int64(c.out))
	c.pub.chunks.Store(int64(c.chunks))
	c.pub.busy.Store(int64(c.busy))
}

// Retried counts one more call of user code for the same element.
func (c *Cell) Retried() { c.retries.Add(1) }

// CountOut counts elements of a stage that belongs to no island.
func (c *Cell) CountOut(n int) {
	c.pub.in.Add(int64(n))
	c.pub.out.Add(int64(n))
}
