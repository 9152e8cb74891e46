package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ChunkBy gathers elements that follow each other and have the same key into
// slices. The key may come again later, in another slice; GroupBy is for elements
// of a key wherever they are. A slice would have to wait for another key without an
// end; so it has at most limit elements: one that gets longer is cut, and goes on in
// the next slice. No slice is empty. Each is new, and belongs to whoever gets it.
//
// key is called once for each element.
//
//	in                      -a1-a2-b1-----a3--|
//	ChunkBy(letter, 100)    -------[a1a2]-[b1][a3]|
//
// Elsewhere: Reactor bufferUntilChanged, Rust chunk_by.
//
// emits when an element of another key comes, or limit elements have, and at the end
// · backpressures when downstream does · completes when upstream does, after the
// last slice · fails when upstream does, after the last slice · cancels when
// downstream does · holds at most limit elements, and about as many as the slice
// before had
func ChunkBy[T any, K comparable](key func(T) K, limit int, opts ...stage.Option) stage.Stage[T, []T] {
	m := stage.Configure("ChunkBy", stage.TakesName, opts).Func(key == nil, "key function").Positive(limit, "slice size")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[[]T] {
		var last K
		return &slicing[T]{up: up, max: limit, judge: func(_ int, v T, _ bool) (cut, error) {
			k := key(v)
			if k == last {
				return 0, nil
			}
			last = k
			return cutBefore, nil // of the first slice, that means nothing
		}}
	})
}
