package flow

import (
	"errors"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// A zipMany makes one element of one of each of up to zipMost sides. It asks
// each for no more than the one before it has given.
type zipMany[Out any] struct {
	sides []zipSide[Out]
	pair  func(dst *demand.Chunk[Out], n int) (done int) // of the first n at hand
	err   error
}

const zipMost = 4

// zipSide is a side of any type.
type zipSide[Out any] interface {
	refill(dst *demand.Chunk[Out], n int) error
	len() int
	lineage() *demand.Lineage // a reference of its own
	advance(n int)
	giveUp(cause error)
	cancel(cause error)
}

func (s *side[In, Out]) len() int                 { return s.read.Len() }
func (s *side[In, Out]) lineage() *demand.Lineage { return s.read.Lineage().Fork() }
func (s *side[In, Out]) advance(n int)            { s.read.Advance(n) }
func (s *side[In, Out]) cancel(cause error)       { s.up.Cancel(cause) }

// zipFlow is a flow of a zipMany, which open makes.
func zipFlow[Out any](m stage.Meta, open func(*build) (*zipMany[Out], error), in ...*node) Flow[Out] {
	return Flow[Out]{n: joining(m, isJoin, in...), open: func(b *build) (demand.Upstream[Out], error) {
		z, err := open(b)
		if err != nil {
			return nil, err
		}
		return engine.Meter(stage.NewRuntime(b.run, m).Cell(), z, false), nil
	}}
}

// openSide opens a flow as a side.
func openSide[In, Out any](b *build, f Flow[In], errs *error) *side[In, Out] {
	up, err := f.up(b)
	*errs = errors.Join(*errs, err)
	return &side[In, Out]{up: up}
}

func (z *zipMany[Out]) Pull(dst *demand.Chunk[Out]) error {
	if z.err != nil {
		return z.err
	}
	n := dst.Free()
	for _, s := range z.sides {
		if err := s.refill(dst, n); err != nil {
			return z.end(err)
		}
		if n = min(n, s.len()); n == 0 {
			return nil
		}
	}
	var parts [zipMost]*demand.Lineage
	for i, s := range z.sides {
		parts[i] = s.lineage()
	}
	dst.SetLineage(demand.Join(parts[:]))
	done := z.pair(dst, n)
	for _, s := range z.sides {
		s.advance(done)
	}
	return nil
}

// end keeps how one side ended; the others are not wanted any more, and what
// they have given can't be paired.
func (z *zipMany[Out]) end(err error) error {
	z.err = err
	cause := err
	if err == demand.ErrCompleted {
		cause = demand.ErrEnough
	}
	for _, s := range z.sides {
		s.giveUp(cause)
	}
	return err
}

func (z *zipMany[Out]) Cancel(cause error) {
	if z.err == nil {
		z.err = cause
	}
	for _, s := range z.sides {
		s.cancel(cause)
	}
}
