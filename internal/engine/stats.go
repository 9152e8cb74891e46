package engine

import (
	"maps"
	"time"

	"github.com/weir-go/weir/demand"
)

// Stats returns the counts of all stages, in the order in which they were
// opened. Those of a stage at work are published every few rounds.
func (r *Run) Stats() []demand.StageStats {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.ended
	if now.IsZero() {
		now = time.Now()
	}
	out := make([]demand.StageStats, 0, len(r.cells))
	for _, c := range r.cells {
		out = append(out, r.stats(c, now))
	}
	for _, w := range r.watched {
		s := &out[w.cell.Index]
		if w.link != nil {
			l := w.link()
			s.Link = &l
			s.In, s.Out = int64(l.In), int64(l.Out)
			s.Discarded += int64(l.Discarded)
			continue
		}
		b := w.state()
		s.Buffer = &b
		s.Out = int64(b.Out)
		for reason, n := range b.Dropped {
			if s.Dropped == nil {
				s.Dropped = map[string]int64{}
			}
			s.Dropped[reason] += int64(n)
		}
	}
	return out
}

// stats reads one cell. r.mu is held.
func (r *Run) stats(c *Cell, now time.Time) demand.StageStats {
	s := demand.StageStats{
		Name: c.Name, Kind: c.Kind,
		In: c.pub.in.Load(), Out: c.pub.out.Load(), Chunks: c.pub.chunks.Load(),
		Failed: c.failures.Load(), Discarded: c.discarded.Load(),
		Retries: c.retries.Load(), Busy: time.Duration(c.pub.busy.Load()),
	}
	c.mu.Lock()
	s.Dropped = maps.Clone(c.dropped)
	c.mu.Unlock()
	h := c.isl
	if h == nil {
		return s
	}
	s.Island = h.name
	s.Window = int(h.windowSize.Load())
	s.Idle, s.Backpressured = h.waited(now)
	// While another stage of the island works, those below it wait for elements
	// and those above it for demand.
	for _, o := range h.cells {
		switch b := time.Duration(o.pub.busy.Load()); {
		case o == c:
		case o.above(c):
			s.Idle += b
		default:
			s.Backpressured += b
		}
	}
	if c.workers > 0 {
		all := s.Busy + s.Idle + s.Backpressured
		s.Busy = min(s.Busy+time.Duration(c.called.Load())/time.Duration(c.workers), all)
		s.Idle = max(0, all-s.Busy-s.Backpressured)
		s.Backpressured = all - s.Busy - s.Idle
	}
	return s
}

// above reports that elements flow from c to d on their island.
func (c *Cell) above(d *Cell) bool {
	for b := c.below; b != nil; b = b.below {
		if b == d {
			return true
		}
	}
	return false
}

// Elapsed returns how long the run has taken so far.
func (r *Run) Elapsed() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.started.IsZero():
		return 0
	case !r.ended.IsZero():
		return r.ended.Sub(r.started)
	}
	return time.Since(r.started)
}

// Outside tells the account of time that the stage at work waits for something
// outside the run, elements or room, until the returned function is called.
func Outside(isl *demand.Island, forRoom bool) func() {
	h, ok := host(isl)
	if !ok {
		return func() {}
	}
	on := &demand.Waiting{Link: h.cur.Name, ForRoom: forRoom, Outside: true}
	h.Sleeping(on, true)
	return func() { h.Sleeping(on, false) }
}
