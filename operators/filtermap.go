package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// FilterMap is Map and Filter in one: f returns what becomes of an element, and
// whether it is kept. What it leaves out counts as handled.
//
//	in                     -1-2-3-4-|
//	FilterMap(half even)   ---1---2-|
//
// Elsewhere: Pekko collect, Reactor handle, Reactor mapNotNull, RxJava
// mapOptional, rill OrderedFilterMap.
//
// emits when upstream does and f reports true · backpressures when downstream
// does · completes when upstream does · fails when upstream does · cancels when
// downstream does
func FilterMap[In, Out any](f func(In) (Out, bool), opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("FilterMap", stage.TakesName, opts).Func(f == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		return &transform[In, Out]{up: up, f: func(_ int, v In) (Out, bool, error) {
			out, keep := f(v)
			return out, keep, nil
		}}
	})
}
