package source

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Slice emits the elements of items in order. They must not change while it
// runs.
//
// Elsewhere: Pekko Source.apply, Reactor fromIterable, RxJava fromIterable, ro
// FromSlice, rill FromSlice.
//
// emits as many as are asked for · completes after the last one · never fails
func Slice[T any](items []T, opts ...stage.Option) stage.Source[T] {
	m := stage.Configure("Slice", stage.TakesName, opts)
	return stage.NewSource(m, func(*stage.Runtime) demand.Upstream[T] { return &slice[T]{rest: items} })
}

type slice[T any] struct {
	ending
	rest []T
}

func (s *slice[T]) Pull(dst *demand.Chunk[T]) error {
	if s.err != nil {
		return s.err
	}
	if len(s.rest) == 0 {
		return demand.ErrCompleted
	}
	n := copy(dst.Spare(), s.rest)
	dst.Grow(n)
	s.rest = s.rest[n:]
	return nil
}

// Range emits the integers from lo up to and without hi.
//
// Elsewhere: Pekko Source.range, Reactor range, RxJava range, ro Range.
//
// emits as many as are asked for · completes before hi · never fails
func Range(lo, hi int, opts ...stage.Option) stage.Source[int] {
	m := stage.Configure("Range", stage.TakesName, opts)
	return stage.NewSource(m, func(*stage.Runtime) demand.Upstream[int] { return &counter{next: lo, end: hi} })
}

type counter struct {
	ending
	next, end int
}

func (c *counter) Pull(dst *demand.Chunk[int]) error {
	switch {
	case c.err != nil:
		return c.err
	case c.next >= c.end:
		return demand.ErrCompleted
	}
	// The distance may be more than an int holds.
	n := int(min(uint(dst.Free()), uint(c.end)-uint(c.next)))
	out := dst.Spare()[:n]
	for i := range out {
		out[i] = c.next + i
	}
	c.next += n
	dst.Grow(n)
	return nil
}
