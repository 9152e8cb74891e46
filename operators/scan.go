package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Scan folds the elements and emits the result so far after each: f(init, v1),
// then f of that and v2, and so on. init itself is not emitted. Where A refers to
// memory, f must return a new value and leave the old one, which was emitted, as
// it is.
//
// The state is of one run and is not saved: an element counts as handled when
// what was emitted for it is, so a source that keeps account does not deliver it
// again to build up the state anew.
//
//	in             -1-2-3-|
//	Scan(0, add)   -1-3-6-|
//
// Elsewhere: Pekko scan, Reactor scan, RxJava scan, ro Scan.
//
// emits when upstream does · backpressures when downstream does · completes
// when upstream does · fails when upstream does · cancels when downstream does
func Scan[T, A any](init A, f func(A, T) A, opts ...stage.Option) stage.Stage[T, A] {
	m := stage.Configure("Scan", stage.TakesName, opts).Func(f == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[A] {
		acc := init
		return &mapper[T, A]{up: up, f: func(v T) A {
			acc = f(acc, v)
			return acc
		}}
	})
}
