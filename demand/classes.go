package demand

import (
	"cmp"
	"slices"
)

// classes holds elements by priority, in order of arrival within one. There
// are never more classes than elements.
type classes[T any] struct {
	sorted []*class[T] // by falling priority, none empty but for the spare one
	n      int
	seq    uint64
	spare  *class[T]
}

type class[T any] struct {
	priority int
	q        deque[T]
}

type arrival[T any] struct {
	v   T
	seq uint64
}

func (c *classes[T]) len() int { return c.n }

func (c *classes[T]) push(v T, priority int) {
	at, found := slices.BinarySearchFunc(c.sorted, priority, func(k *class[T], p int) int { return cmp.Compare(p, k.priority) })
	if !found {
		k := c.spare
		c.spare = nil
		if k == nil {
			k = new(class[T])
		}
		k.priority = priority
		c.sorted = slices.Insert(c.sorted, at, k)
	}
	c.seq++
	c.n++
	c.sorted[at].q.pushBack(arrival[T]{v, c.seq})
}

// peek returns the element that leaves next.
func (c *classes[T]) peek() T { return c.sorted[0].q.front().v }

// pop takes the first of the highest priority.
func (c *classes[T]) pop() T { return c.take(0, (*deque[T]).popFront) }

// popOldest takes the one that arrived first of all.
func (c *classes[T]) popOldest() T {
	oldest := 0
	for i, k := range c.sorted {
		if k.q.front().seq < c.sorted[oldest].q.front().seq {
			oldest = i
		}
	}
	return c.take(oldest, (*deque[T]).popFront)
}

// popLowest takes the newest of the lowest priority, if that is below p.
func (c *classes[T]) popLowest(p int) (v T, ok bool) {
	last := len(c.sorted) - 1
	if last < 0 || c.sorted[last].priority >= p {
		return v, false
	}
	return c.take(last, (*deque[T]).popBack), true
}

func (c *classes[T]) take(at int, pop func(*deque[T]) arrival[T]) T {
	k := c.sorted[at]
	a := pop(&k.q)
	c.n--
	if k.q.n == 0 {
		c.sorted = slices.Delete(c.sorted, at, at+1)
		c.spare = k
	}
	return a.v
}

// A deque is a ring that grows. Its owner bounds it.
type deque[T any] struct {
	ring []arrival[T]
	head int
	n    int
}

func (d *deque[T]) at(i int) *arrival[T] { return &d.ring[(d.head+i)&(len(d.ring)-1)] }

func (d *deque[T]) front() *arrival[T] { return d.at(0) }

func (d *deque[T]) pushBack(a arrival[T]) {
	if d.n == len(d.ring) {
		bigger := make([]arrival[T], max(8, 2*len(d.ring)))
		for i := range d.n {
			bigger[i] = *d.at(i)
		}
		d.ring, d.head = bigger, 0
	}
	d.n++
	*d.at(d.n - 1) = a
}

func (d *deque[T]) popFront() arrival[T] {
	p := d.at(0)
	a := *p
	*p = arrival[T]{}
	d.head = (d.head + 1) & (len(d.ring) - 1)
	d.n--
	return a
}

func (d *deque[T]) popBack() arrival[T] {
	p := d.at(d.n - 1)
	a := *p
	*p = arrival[T]{}
	d.n--
	return a
}
