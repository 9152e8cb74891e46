package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// SplitWhen cuts the stream into slices of elements in a row: a new one begins with
// each element for which first reports true. So a header comes first in its slice.
// A slice would have to wait for the next such element without an end; so it has
// at most limit elements: one that gets longer is cut, and goes on in the next
// slice. No slice is empty. Each is new, and belongs to whoever gets it.
//
// first is called once for each element. See SplitAfter for an element that ends a
// slice, and ChunkBy for what elements have in common.
//
//	in                         -A-b-c-A-b---A---|
//	SplitWhen(capital, 100)    -------[Abc]-[Ab][A]|
//
// Elsewhere: Pekko splitWhen, Reactor bufferUntil with cutBefore.
//
// emits when the first element of the next slice comes, or limit elements have,
// and at the end · backpressures when downstream does · completes when upstream
// does, after the last slice · fails when upstream does, after the last slice ·
// cancels when downstream does · holds at most limit elements, and about as many
// as the slice before had
func SplitWhen[T any](first func(T) bool, limit int, opts ...stage.Option) stage.Stage[T, []T] {
	return split("SplitWhen", first, cutBefore, limit, opts)
}

// SplitAfter cuts the stream into slices of elements in a row: each ends with an
// element for which last reports true, and the next one begins behind it. So a
// trailer comes last in its slice; some call this a batch until. A slice would have
// to wait for such an element without an end; so it has at most limit elements: one
// that gets longer is cut, and goes on in the next slice. No slice is empty. Each
// is new, and belongs to whoever gets it.
//
// last is called once for each element. See SplitWhen for an element that begins a
// slice.
//
//	in                          -a-b-C-a---C-a---|
//	SplitAfter(capital, 100)    -----[abC]-[aC]--[a]|
//
// Elsewhere: Pekko splitAfter, Reactor bufferUntil.
//
// emits when the last element of a slice comes, or limit elements have, and at the
// end · backpressures when downstream does · completes when upstream does, after
// the last slice · fails when upstream does, after the last slice · cancels when
// downstream does · holds at most limit elements, and about as many as the slice
// before had
func SplitAfter[T any](last func(T) bool, limit int, opts ...stage.Option) stage.Stage[T, []T] {
	return split("SplitAfter", last, cutAfter, limit, opts)
}

func split[T any](kind string, pred func(T) bool, where cut, limit int, opts []stage.Option) stage.Stage[T, []T] {
	m := stage.Configure(kind, stage.TakesName, opts).Func(pred == nil, "function").Positive(limit, "slice size")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[[]T] {
		return &slicing[T]{up: up, max: limit, judge: func(_ int, v T, _ bool) (cut, error) {
			if pred(v) {
				return where, nil
			}
			return 0, nil
		}}
	})
}
