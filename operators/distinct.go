package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Distinct leaves out elements that equal an earlier one. It remembers capacity
// different elements; of more, it forgets the one that it has not seen for
// longest, which passes again when it comes. Memory grows with what is
// remembered, up to capacity. What it leaves out counts as handled. An element
// that does not equal itself, such as NaN, always passes.
//
// What it remembers is of one run and is not saved: after a restart an element
// may pass once more.
//
//	in           -a-b-a-c-b-|
//	Distinct     -a-b---c---|
//
// Elsewhere: Pekko statefulMap, Reactor distinct, RxJava distinct, ro Distinct.
//
// emits when upstream does and the element is not remembered · backpressures
// when downstream does · completes when upstream does · fails when upstream does
// · cancels when downstream does · holds capacity elements
func Distinct[T comparable](capacity int, opts ...stage.Option) stage.Stage[T, T] {
	return distinct("Distinct", func(v T) T { return v }, capacity, opts)
}

// DistinctBy leaves out elements whose key was seen with an earlier one. It
// remembers capacity keys, like Distinct, and not the elements.
//
//	in                  -[ax]-[by]-[az]-|
//	DistinctBy(first)   -[ax]-[by]------|
//
// Elsewhere: Reactor distinct, RxJava distinct, ro DistinctBy.
//
// emits when upstream does and the key is not remembered · backpressures when
// downstream does · completes when upstream does · fails when upstream does ·
// cancels when downstream does · holds capacity keys
func DistinctBy[T any, K comparable](key func(T) K, capacity int, opts ...stage.Option) stage.Stage[T, T] {
	return distinct("DistinctBy", key, capacity, opts)
}

func distinct[T any, K comparable](kind string, key func(T) K, capacity int, opts []stage.Option) stage.Stage[T, T] {
	m := stage.Configure(kind, stage.TakesName, opts).Func(key == nil, "function").Positive(capacity, "capacity")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		seen := recent[K]{capacity: capacity}
		return &filter[T]{up: up, keep: func(v T) bool { return !seen.meet(key(v)) }}
	})
}
