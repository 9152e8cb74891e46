package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Skip leaves out the first n elements and passes the others on. What it leaves
// out counts as handled.
//
//	in         -a-b-c-d-|
//	Skip(2)    -----c-d-|
//
// Elsewhere: Pekko drop, Reactor skip, RxJava skip, ro Skip.
//
// emits when upstream does, after n elements · backpressures when downstream
// does · completes when upstream does · fails when upstream does · cancels when
// downstream does
func Skip[T any](n int, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Skip", stage.TakesName, opts).Require(n >= 0, "number of elements must not be negative, is %d", n)
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		left := n
		return newSkip(up, func(T) bool { left--; return left >= 0 })
	})
}

// SkipWhile leaves out elements as long as skip reports true, and passes on the
// first one for which it reports false and all after that. What it leaves out
// counts as handled.
//
//	in                -1-2-5-1-|
//	SkipWhile(< 3)    -----5-1-|
//
// Elsewhere: Pekko dropWhile, Reactor skipWhile, Reactor skipUntil, RxJava
// skipWhile, ro SkipWhile.
//
// emits when upstream does, once skip has reported false · backpressures when
// downstream does · completes when upstream does · fails when upstream does ·
// cancels when downstream does
func SkipWhile[T any](skip func(T) bool, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("SkipWhile", stage.TakesName, opts).Func(skip == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return newSkip(up, skip)
	})
}

// skipping filters until its function reports false, and is out of the way
// after that.
type skipping[T any] struct {
	filter[T]
	passing bool
}

func newSkip[T any](up demand.Upstream[T], skip func(T) bool) *skipping[T] {
	s := &skipping[T]{}
	s.up = up
	s.keep = func(v T) bool {
		s.passing = s.passing || !skip(v)
		return s.passing
	}
	return s
}

func (s *skipping[T]) Pull(dst *demand.Chunk[T]) error {
	if s.passing {
		return demand.PullRest(s.up, &s.rest, dst)
	}
	return s.filter.Pull(dst)
}
