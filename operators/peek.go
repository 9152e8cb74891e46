package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Peek calls look for each element on its way, before it is passed on. look must
// not change what the element refers to.
//
//	in         -a-b-c-|
//	look       -a-b-c-
//	Peek       -a-b-c-|
//
// Elsewhere: Pekko wireTap, Pekko log, Reactor doOnNext, RxJava doOnNext, ro
// TapOnNext, go-streams PassThrough.
//
// emits when upstream does · backpressures when downstream does · completes
// when upstream does · fails when upstream does · cancels when downstream does
func Peek[T any](look func(T), opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Peek", stage.TakesName, opts).Func(look == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &peek[T]{up: up, look: look}
	})
}

type peek[T any] struct {
	up   demand.Upstream[T]
	rest demand.Chunk[T]
	look func(T)
}

func (p *peek[T]) Pull(dst *demand.Chunk[T]) error {
	if err := demand.PullRest(p.up, &p.rest, dst); err != nil {
		return err
	}
	hurry := dst.HurryFlag()
	for i, v := range dst.Items() {
		if p.look(v); hurry.Load() {
			demand.Spill(dst, i+1, &p.rest)
			break
		}
	}
	return nil
}

func (p *peek[T]) Cancel(cause error) { p.up.Cancel(cause) }
