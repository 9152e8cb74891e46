package engine

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/weir-go/weir/demand"
)

// A Cell is what the runtime knows of one stage.
type Cell struct {
	Name  string
	Kind  string
	Index int
	Run   *Run
	group *Group

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

// Cells makes the cells of stages that are opened.
type Cells interface {
	NewCell(name, kind string) *Cell
}

// Again makes cells for stages that are opened again and again on one island, and
// must have left it before they are: from the second time on it gives them the
// cells that they had, so that their names stay and their counts go on.
type Again struct {
	of    *Cell
	cells []*Cell
	next  int
}

// Again returns the cells of stages that are opened again and again within that
// of c.
func (c *Cell) Again() *Again { return &Again{of: c} }

// Rewind is called before each opening.
func (a *Again) Rewind() { a.next = 0 }

// NewCell implements Cells.
func (a *Again) NewCell(name, kind string) *Cell {
	if a.next == len(a.cells) {
		a.cells = append(a.cells, a.of.NewCell(name, kind))
	}
	a.next++
	return a.cells[a.next-1]
}

// A Group makes the cells of stages with links, the islands of which are counted
// on their own as well: those of the body of a cycle.
type Group struct {
	run   *Run
	awake demand.Awake
}

// Beneath returns a group for the body of a cycle that c is of. rests is called by
// an island when all of the group sleep until another one of them, or one beside
// them, wakes one; it must not wait.
func (c *Cell) Beneath(rests func()) *Group {
	above := &c.Run.awake
	if c.group != nil {
		above = &c.group.awake
	}
	return &Group{run: c.Run, awake: demand.Awake{Stalled: rests, Above: above}}
}

// Rests reports that all of the group's islands sleep so.
func (g *Group) Rests() bool { return g.awake.Rest() }

// NewCell implements Cells.
func (g *Group) NewCell(name, kind string) *Cell {
	c := g.run.NewCell(name, kind)
	c.group = g
	return c
}

// Part returns the cell of a link that belongs to a stage.
func (c *Cell) Part(name string) *Cell { return c.NewCell(c.Name+"/"+name, "link") }

// NewCell implements Cells, for what the stage opens: it is of the same group.
func (c *Cell) NewCell(name, kind string) *Cell {
	b := c.Run.NewCell(name, kind)
	b.group = c.group
	return b
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
