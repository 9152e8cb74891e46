package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A Triple holds three elements that belong together.
type Triple[A, B, C any] struct {
	First  A
	Second B
	Third  C
}

// Zip3 is Zip for three flows: first with first with first. It pulls them by
// turns on one goroutine, and asks each for no more than the one before it has
// given.
//
//	a              -1-----2------3-|
//	b              --x------y------|
//	c              ---p------q-----|
//	Zip3(a, b, c)  ---[1xp]--[2yq]-|
//
// Elsewhere: Pekko zipN, Reactor zip, RxJava zip, ro Zip3.
//
// emits when all have an element · backpressures when downstream does ·
// completes when one does: what others have given already is counted as
// discarded · fails when one does · cancels when downstream does, all · holds what
// downstream has asked for, of each input
func Zip3[A, B, C any](a Flow[A], b Flow[B], c Flow[C], opts ...stage.Option) Flow[Triple[A, B, C]] {
	return Zip3With(a, b, c, func(a A, b B, c C) Triple[A, B, C] { return Triple[A, B, C]{a, b, c} }, opts...)
}

// Zip3With is Zip3 with a function that makes one element of three.
func Zip3With[A, B, C, Out any](a Flow[A], b Flow[B], c Flow[C], fn func(A, B, C) Out, opts ...stage.Option) Flow[Out] {
	m := stage.Configure("Zip3", stage.TakesName, opts).Func(fn == nil, "function")
	return zipFlow(m, func(bd *build) (_ *zipMany[Out], err error) {
		sa, sb, sc := openSide[A, Out](bd, a, &err), openSide[B, Out](bd, b, &err), openSide[C, Out](bd, c, &err)
		return &zipMany[Out]{sides: []zipSide[Out]{sa, sb, sc}, pair: func(dst *demand.Chunk[Out], n int) (done int) {
			as, bs, cs := sa.read.Items(), sb.read.Items(), sc.read.Items()
			hurry := dst.HurryFlag()
			for done < n {
				dst.Append(fn(as[done], bs[done], cs[done]))
				if done++; hurry.Load() {
					break
				}
			}
			return done
		}}, err
	}, a.n, b.n, c.n)
}
