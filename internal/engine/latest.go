package engine

import "github.com/weir-go/weir/demand"

// Latest says how an upstream is made of the latest elements of two others.
type Latest struct {
	EndsWithAny bool   // it completes when one of them does, not when both have
	Reason      string // with which elements are dropped that were combined with nothing
}

// CombineLatest returns fn of the latest elements of two upstreams, whenever one
// of them has a new one. Each gets an island of its own and a link of capacity n,
// unless it is the end of a link already.
func CombineLatest[A, B, C any](cell *Cell, a demand.Upstream[A], b demand.Upstream[B], fn func(A, B) C, how Latest, n, windowMin, windowMax int) demand.Upstream[C] {
	c := &combine[A, B, C]{cell: cell, how: how, ofA: fn, ofB: func(b B, a A) C { return fn(a, b) }}
	c.a.link = input(cell, 0, a, n, windowMin, windowMax)
	c.b.link = input(cell, 1, b, n, windowMin, windowMax)
	c.waiting.Link = cell.Name
	return Meter(cell, c, false)
}

// side is one of two inputs, of which the latest element is held.
type side[T any] struct {
	link   *linkEnd[T]
	in     demand.Chunk[T]
	latest demand.Latest[T]
	over   bool // it has completed
}

func (s *side[T]) ready() bool { return s.in.Len() > 0 || !s.over && s.link.Ready() }

// close ends a side. What was read of it and came to nothing is discarded.
func (s *side[T]) close(cell *Cell, cause error) {
	s.link.leave(cause)
	lost := s.in.Abandon(cause)
	if cause == demand.ErrEnough {
		lost += s.latest.Drop()
	} else {
		lost += s.latest.Abandon(cause)
	}
	cell.Discard(lost)
}

// fill reads at most n elements of a side that is ready, or learns that it has
// completed.
func fill[T, Out any](s *side[T], dst *demand.Chunk[Out], n int) error {
	err := demand.RefillMax(s.link, &s.in, dst, n, demand.NoWait)
	if err == demand.ErrCompleted {
		s.over = true
		return nil
	}
	return err
}

type combine[A, B, C any] struct {
	cell    *Cell
	how     Latest
	ofA     func(A, B) C // for an element of a
	ofB     func(B, A) C // for one of b
	a       side[A]
	b       side[B]
	second  bool // it is the turn of b
	isl     *demand.Island
	waiting demand.Waiting
	err     error
}

func (c *combine[A, B, C]) Pull(dst *demand.Chunk[C]) error {
	if c.err != nil {
		return c.err
	}
	if c.isl == nil {
		c.isl = dst.Island()
		c.a.link.Attach(c.isl)
		c.b.link.Attach(c.isl)
	}
	for {
		for range 2 {
			if err := c.turn(dst); err != nil || dst.Len() > 0 {
				return err
			}
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
		if !c.isl.Wait(c.ready, dst.Patience(), &c.waiting) {
			if c.isl.Stopped() {
				return demand.ErrStopped
			}
			return nil
		}
	}
}

// turn gives each side a turn, one after the other.
func (c *combine[A, B, C]) turn(dst *demand.Chunk[C]) (err error) {
	if c.second {
		err = advance(c, &c.b, &c.a, dst, c.ofB)
	} else {
		err = advance(c, &c.a, &c.b, dst, c.ofA)
	}
	c.second = !c.second
	if err == nil && c.over() {
		err = demand.ErrCompleted
	}
	if err != nil {
		c.end(err)
	}
	return err
}

// advance combines what s has with the latest of o, or only keeps the latest of
// it while o has given nothing.
func advance[T, O, A, B, C any](c *combine[A, B, C], s *side[T], o *side[O], dst *demand.Chunk[C], f func(T, O) C) error {
	if !s.ready() {
		return nil
	}
	if err := fill(s, dst, dst.Free()); err != nil {
		return err
	}
	if o.latest.Held() {
		demand.CombineInto(dst, &s.in, &s.latest, &o.latest, f)
	} else {
		c.cell.Drop(c.how.Reason, s.latest.Keep(&s.in, s.in.Len(), dst))
	}
	return nil
}

// over reports that nothing more can come.
func (c *combine[A, B, C]) over() bool {
	switch a, b := c.a.over, c.b.over; {
	case a && b:
		return true
	case a:
		return c.how.EndsWithAny || !c.a.latest.Held()
	case b:
		return c.how.EndsWithAny || !c.b.latest.Held()
	}
	return false
}

func (c *combine[A, B, C]) ready() bool { return c.a.ready() || c.b.ready() }

func (c *combine[A, B, C]) end(err error) {
	c.err = err
	if err == demand.ErrCompleted {
		err = demand.ErrEnough
	}
	c.a.close(c.cell, err)
	c.b.close(c.cell, err)
}

func (c *combine[A, B, C]) Cancel(cause error) {
	if c.err == nil {
		c.end(cause)
		c.err = cause
	}
}
