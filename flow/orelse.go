package flow

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// OrElse goes on with another flow where the first one completes without an
// element. Both are opened at the start. With the first element the other flow is
// cancelled; until then it is not pulled from, though a link within it reads
// ahead, and what it has read is given up. An error does not count as empty: for
// errors there is RecoverWith.
//
//	in             ---|
//	other             -x-y-|
//	OrElse(other)  ----x-y-|
//
// Elsewhere: Pekko orElse, Reactor switchIfEmpty, RxJava switchIfEmpty.
//
// emits when upstream does, or the other flow where upstream is empty ·
// backpressures when downstream does · completes when upstream does behind an
// element, or the other flow where upstream is empty · fails when upstream does,
// or the other flow where upstream is empty · cancels when downstream does, both, and the other flow
// with the first element
func (f Flow[T]) OrElse(other Flow[T], opts ...stage.Option) Flow[T] {
	m := stage.Configure("OrElse", stage.TakesName, opts)
	return join(m, isJoin, []Flow[T]{f, other}, func(rt *stage.Runtime, ups []demand.Upstream[T]) demand.Upstream[T] {
		return engine.Meter(rt.Cell(), &orElse[T]{first: ups[0], other: ups[1]}, false)
	})
}

type orElse[T any] struct {
	first, other demand.Upstream[T]
	chosen       demand.Upstream[T] // nil while it is open which one
	err          error
}

func (o *orElse[T]) Pull(dst *demand.Chunk[T]) error {
	if o.err != nil {
		return o.err
	}
	if o.chosen != nil {
		return o.chosen.Pull(dst)
	}
	switch err := o.first.Pull(dst); {
	case err == demand.ErrCompleted:
		o.first.Cancel(demand.ErrEnough)
		o.chosen = o.other
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
		return o.other.Pull(dst)
	case err != nil:
		o.err = err
		o.other.Cancel(err)
	case dst.Len() > 0:
		o.chosen = o.first
		o.other.Cancel(demand.ErrEnough)
	}
	return o.err
}

func (o *orElse[T]) Cancel(cause error) {
	if o.err == nil {
		o.err = cause
	}
	o.first.Cancel(cause)
	o.other.Cancel(cause)
}
