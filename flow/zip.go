package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// A Pair holds two elements that belong together.
type Pair[A, B any] struct {
	First  A
	Second B
}

// Zip pairs the elements of two flows, first with first. It pulls both by turns
// on one goroutine, and asks the second for no more than the first has given.
//
//	a           -1---2----3-|
//	b           --x---y-|
//	Zip(a, b)   --[1x][2y]|
//
// Elsewhere: Pekko zip, Reactor zip, RxJava zip, ro Zip2.
//
// emits when both have an element · backpressures when downstream does ·
// completes when either does: what the other has given already is counted as
// discarded · fails when either does · cancels when downstream does, both · holds
// what downstream has asked for, of each input
func Zip[A, B any](a Flow[A], b Flow[B], opts ...stage.Option) Flow[Pair[A, B]] {
	return ZipWith(a, b, func(a A, b B) Pair[A, B] { return Pair[A, B]{a, b} }, opts...)
}

// ZipWith is Zip with a function that makes one element of two.
func ZipWith[A, B, C any](a Flow[A], b Flow[B], fn func(A, B) C, opts ...stage.Option) Flow[C] {
	m := stage.Configure("Zip", stage.TakesName, opts).Func(fn == nil, "function")
	return Flow[C]{
		n: joining(m, isJoin, a.n, b.n),
		open: func(bd *build) (demand.Upstream[C], error) {
			ua, ub, err := upBoth(bd, a, b)
			if err != nil {
				return nil, err
			}
			rt := stage.NewRuntime(bd.run, m)
			return engine.Meter(rt.Cell(), &zip[A, B, C]{a: ua, b: ub, fn: fn}, false), nil
		},
	}
}

// upBoth opens two flows in a run.
func upBoth[A, B any](bd *build, a Flow[A], b Flow[B]) (demand.Upstream[A], demand.Upstream[B], error) {
	ua, err := a.up(bd)
	if err != nil {
		return nil, nil, err
	}
	ub, err := b.up(bd)
	return ua, ub, err
}

type zip[A, B, C any] struct {
	a   demand.Upstream[A]
	b   demand.Upstream[B]
	fn  func(A, B) C
	inA demand.Chunk[A]
	inB demand.Chunk[B]
	err error
}

func (z *zip[A, B, C]) Pull(dst *demand.Chunk[C]) error {
	if z.err != nil {
		return z.err
	}
	if err := demand.Refill(z.a, &z.inA, dst); err != nil {
		return z.end(err)
	}
	if z.inA.Len() == 0 {
		return nil
	}
	if err := demand.RefillMax(z.b, &z.inB, dst, min(z.inA.Len(), dst.Free()), demand.Forever); err != nil {
		return z.end(err)
	}
	demand.ZipInto(dst, &z.inA, &z.inB, z.fn)
	return nil
}

// end keeps how one side ended; the other is not wanted any more.
func (z *zip[A, B, C]) end(err error) error {
	z.err = err
	cause := err
	if err == demand.ErrCompleted {
		cause = demand.ErrEnough
	}
	z.a.Cancel(cause)
	z.b.Cancel(cause)
	return err
}

func (z *zip[A, B, C]) Cancel(cause error) {
	if z.err == nil {
		_ = z.end(cause) // which is noted, and returned by Pull
		z.err = cause
	}
}
