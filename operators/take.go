package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Take passes on the first n elements, then completes and cancels upstream. It
// never asks for more than it still needs; n of zero asks for nothing.
//
//	in         -a-b-c-d-|
//	Take(2)    -a-b|
//
// Elsewhere: Pekko take, Pekko limit, Reactor take, RxJava take, ro Take.
//
// emits when upstream does · backpressures when downstream does · completes
// after n elements, or when upstream does · fails when upstream does before ·
// cancels when downstream does, and when it is asked again after n elements
func Take[T any](n int, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Take", stage.TakesName, opts).Require(n >= 0, "number of elements must not be negative, is %d", n)
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &take[T]{up: up, left: n}
	})
}

type take[T any] struct {
	up   demand.Upstream[T]
	left int
}

func (t *take[T]) Pull(dst *demand.Chunk[T]) error {
	if t.left == 0 {
		t.up.Cancel(demand.ErrEnough)
		return demand.ErrCompleted
	}
	was := dst.Limit(t.left)
	err := t.up.Pull(dst)
	dst.Unlimit(was)
	t.left -= dst.Len()
	return err
}

func (t *take[T]) Cancel(cause error) { t.up.Cancel(cause) }
