package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A Quad holds four elements that belong together.
type Quad[A, B, C, D any] struct {
	First  A
	Second B
	Third  C
	Fourth D
}

// Zip4 is Zip for four flows: first with first with first with first. It pulls
// them by turns on one goroutine, and asks each for no more than the one before
// it has given.
//
//	a                 -1-----2-------3-|
//	b                 --x------y-------|
//	c                 ---p------q------|
//	d                 ---s-------t-----|
//	Zip4(a, b, c, d)  ---[1xps]--[2yqt]|
//
// Elsewhere: Pekko zipN, Reactor zip, RxJava zip, ro Zip4.
//
// emits when all have an element · backpressures when downstream does ·
// completes when one does: what others have given already is counted as
// discarded · fails when one does · cancels when downstream does, all · holds what
// downstream has asked for, of each input
func Zip4[A, B, C, D any](a Flow[A], b Flow[B], c Flow[C], d Flow[D], opts ...stage.Option) Flow[Quad[A, B, C, D]] {
	return Zip4With(a, b, c, d, func(a A, b B, c C, d D) Quad[A, B, C, D] { return Quad[A, B, C, D]{a, b, c, d} }, opts...)
}

// Zip4With is Zip4 with a function that makes one element of four.
func Zip4With[A, B, C, D, Out any](a Flow[A], b Flow[B], c Flow[C], d Flow[D], fn func(A, B, C, D) Out, opts ...stage.Option) Flow[Out] {
	m := stage.Configure("Zip4", stage.TakesName, opts).Func(fn == nil, "function")
	return zipFlow(m, func(bd *build) (_ *zipMany[Out], err error) {
		sa, sb := openSide[A, Out](bd, a, &err), openSide[B, Out](bd, b, &err)
		sc, sd := openSide[C, Out](bd, c, &err), openSide[D, Out](bd, d, &err)
		return &zipMany[Out]{sides: []zipSide[Out]{sa, sb, sc, sd}, pair: func(dst *demand.Chunk[Out], n int) (done int) {
			as, bs, cs, ds := sa.read.Items(), sb.read.Items(), sc.read.Items(), sd.read.Items()
			hurry := dst.HurryFlag()
			for done < n {
				dst.Append(fn(as[done], bs[done], cs[done], ds[done]))
				if done++; hurry.Load() {
					break
				}
			}
			return done
		}}, err
	}, a.n, b.n, c.n, d.n)
}
