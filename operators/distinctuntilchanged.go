package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// DistinctUntilChanged leaves out elements that equal the one right before them,
// so that of each run of equal elements the first passes. It remembers one
// element. An element that does not equal itself, such as NaN, always passes.
// What it leaves out counts as handled.
//
//	in                     -a-a-b-b-a-|
//	DistinctUntilChanged   -a---b---a-|
//
// Elsewhere: Reactor distinctUntilChanged, RxJava distinctUntilChanged, Rx.NET
// DistinctUntilChanged.
//
// emits when upstream does and the element differs from the one before ·
// backpressures when downstream does · completes when upstream does · fails when
// upstream does · cancels when downstream does
func DistinctUntilChanged[T comparable](opts ...stage.Option) stage.Stage[T, T] {
	return changed("DistinctUntilChanged", func(v T) T { return v }, opts)
}

// DistinctUntilChangedBy leaves out elements whose key equals that of the one
// right before them, whether that passed or not. It remembers one key. What it
// leaves out counts as handled.
//
//	in                              -[ax]-[ay]-[bx]-|
//	DistinctUntilChangedBy(first)   -[ax]------[bx]-|
//
// Elsewhere: Reactor distinctUntilChanged and RxJava distinctUntilChanged, with a
// key selector.
//
// emits when upstream does and the key differs from the one before ·
// backpressures when downstream does · completes when upstream does · fails when
// upstream does · cancels when downstream does
func DistinctUntilChangedBy[T any, K comparable](key func(T) K, opts ...stage.Option) stage.Stage[T, T] {
	return changed("DistinctUntilChangedBy", key, opts)
}

func changed[T any, K comparable](kind string, key func(T) K, opts []stage.Option) stage.Stage[T, T] {
	m := stage.Configure(kind, stage.TakesName, opts).Func(key == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		var last K
		begun := false
		return &filter[T]{up: up, keep: func(v T) bool {
			k := key(v)
			differs := !begun || k != last
			last, begun = k, true
			return differs
		}}
	})
}
