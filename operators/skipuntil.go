package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// SkipUntil leaves out elements up to the first one for which first reports true,
// and passes on that one and all after it. What it leaves out counts as handled.
// It is SkipWhile with the opposite test. It looks at elements; to wait for another
// stream, as operators of this name do elsewhere, is not what it does.
//
//	in               -1-2-5-1-|
//	SkipUntil(> 3)   -----5-1-|
//
// Elsewhere: Reactor skipUntil.
//
// emits when upstream does, once first has reported true · backpressures when
// downstream does · completes when upstream does · fails when upstream does ·
// cancels when downstream does
func SkipUntil[T any](first func(T) bool, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("SkipUntil", stage.TakesName, opts).Func(first == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return newSkip(up, func(v T) bool { return !first(v) })
	})
}
