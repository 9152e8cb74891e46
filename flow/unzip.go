package flow

import (
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// Unzip divides each element in two, one for each of two flows. split is called
// once for an element. Both flows must be read, in one Run; Zip joins them again.
// It is a Broadcast in two, and takes the same options.
//
//	in        -[a1]-[b2]-|
//	Unzip, A  -a----b----|
//	Unzip, B  -1----2----|
//
// Elsewhere: Pekko unzip and unzipWith.
//
// emits when both flows that hold have room · backpressures when one of them has
// none · completes when upstream does · fails when upstream does · cancels when
// both have · starts 1 goroutine · holds what its two links do
func Unzip[T, A, B any](f Flow[T], split func(T) (A, B), opts ...stage.Option) (Flow[A], Flow[B]) {
	var pair func(T) Pair[A, B]
	if split != nil {
		pair = func(v T) Pair[A, B] {
			a, b := split(v)
			return Pair[A, B]{a, b}
		}
	}
	pairs := Via(f, operators.Map(pair, stage.Name("unzip/split")))
	branches := fanOut(pairs, "Unzip", 2, engine.ToAll, nil, opts)
	return Via(branches[0], operators.Map(func(p Pair[A, B]) A { return p.First }, stage.Name("unzip/first"))),
		Via(branches[1], operators.Map(func(p Pair[A, B]) B { return p.Second }, stage.Name("unzip/second")))
}
