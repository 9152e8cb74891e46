package source

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Slice emits the elements of items in order.
func Slice[T any](items []T, opts ...stage.Option) stage.Source[T] {
	m := stage.Configure("Slice", stage.TakesName, opts)
	return stage.NewSource(m, func(*stage.Runtime) demand.Upstream[T] { return &slice[T]{rest: items} })
}

type slice[T any] struct {
	rest []T
	err  error
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

func (s *slice[T]) Cancel(cause error) { s.rest, s.err = nil, cause }

// Range emits the integers from lo up to and without hi.
func Range(lo, hi int, opts ...stage.Option) stage.Source[int] {
	m := stage.Configure("Range", stage.TakesName, opts)
	return stage.NewSource(m, func(*stage.Runtime) demand.Upstream[int] { return &counter{next: lo, end: hi} })
}

type counter struct {
	next, end int
	err       error
}

func (c *counter) Pull(dst *demand.Chunk[int]) error {
	if c.err != nil {
		return c.err
	}
	n := min(dst.Free(), c.end-c.next)
	if n <= 0 {
		return demand.ErrCompleted
	}
	out := dst.Spare()[:n]
	for i := range out {
		out[i] = c.next + i
	}
	c.next += n
	dst.Grow(n)
	return nil
}

func (c *counter) Cancel(cause error) { c.err = cause }
