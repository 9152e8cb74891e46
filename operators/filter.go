package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Filter keeps the elements for which keep reports true. What it leaves out
// counts as handled.
//
//	in              -1-2-3-4-|
//	Filter(even)    ---2---4-|
//
// Elsewhere: Pekko filter, Pekko filterNot, Reactor filter, RxJava filter, ro
// Filter, rill OrderedFilter, go-streams Filter.
//
// emits when upstream does and keep reports true · backpressures when
// downstream does · completes when upstream does · fails when upstream does ·
// cancels when downstream does
func Filter[T any](keep func(T) bool, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("Filter", stage.TakesName, opts).Func(keep == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &filter[T]{up: up, keep: keep}
	})
}

// filter drops elements in place. It is what Skip, SkipWhile and Distinct are
// made of too, whose keep remembers something.
type filter[T any] struct {
	up   demand.Upstream[T]
	rest demand.Chunk[T]
	keep func(T) bool
}

func (f *filter[T]) Pull(dst *demand.Chunk[T]) error {
	for {
		if err := demand.PullRest(f.up, &f.rest, dst); err != nil || dst.Len() == 0 {
			return err
		}
		if demand.KeepSome(dst, &f.rest, f.keep); dst.Len() > 0 {
			return nil
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

func (f *filter[T]) Cancel(cause error) { f.up.Cancel(cause) }
