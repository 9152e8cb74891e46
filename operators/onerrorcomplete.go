package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// OnErrorComplete makes an end of an error of upstream for which match reports
// true: the stream completes behind the elements before it. match gets the error
// with its place, a *stage.Error; use errors.Is and errors.As. To complete at any
// error write a match that always reports true.
//
// A panic and the end of the run are not given to match. What failed counts as
// given up, so a source that keeps account delivers it again another time.
//
//	in                -a-b-#
//	OnErrorComplete   -a-b-|
//
// Elsewhere: Pekko onErrorComplete, Reactor onErrorComplete, RxJava
// onErrorComplete.
//
// emits when upstream does · backpressures when downstream does · completes when
// upstream does, and at an error that match knows · fails when upstream does and
// match reports false · cancels when downstream does, and after such an error
func OnErrorComplete[T any](match func(error) bool, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("OnErrorComplete", stage.TakesName, opts).Func(match == nil, "function")
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &errorComplete[T]{up: up, rt: rt, match: match}
	})
}

type errorComplete[T any] struct {
	up    demand.Upstream[T]
	rt    *stage.Runtime
	match func(error) bool
	err   error
}

func (c *errorComplete[T]) Pull(dst *demand.Chunk[T]) error {
	if c.err != nil {
		return c.err
	}
	err := c.up.Pull(dst)
	if !failed(c.rt, dst, err) {
		return err
	}
	if c.err = err; c.match(err) {
		c.err = demand.ErrCompleted
		c.up.Cancel(demand.ErrEnough)
	}
	return c.err
}

func (c *errorComplete[T]) Cancel(cause error) {
	if c.err == nil {
		c.err = cause // not an error to complete at
	}
	c.up.Cancel(cause)
}
