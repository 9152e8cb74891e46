package operators

import (
	"context"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// FilterMapErr is FilterMap with a function that may fail. What happens then is
// up to stage.OnError; without it the stream fails behind the elements before,
// with a *stage.Error. What f leaves out counts as handled.
//
//	in                  -1-2-x-
//	FilterMapErr(even)  ---2-#
//
// emits when upstream does and f succeeds and reports true · backpressures when
// downstream does · completes when upstream does · fails when upstream does, and
// when f does, by policy · cancels when downstream does
func FilterMapErr[In, Out any](f func(In) (Out, bool, error), opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("FilterMapErr", stage.TakesOnError, opts).Func(f == nil, "function")
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		kept := false
		call := func(_ context.Context, v In) (out Out, err error) {
			out, kept, err = f(v)
			return out, err
		}
		t := &transform[In, Out]{up: up}
		t.f = func(i int, v In) (Out, bool, error) {
			out, ok, err := stage.Call(rt.Context(), rt, v, func() demand.Position { return t.in.Position(i) }, call)
			return out, ok && kept, err
		}
		return t
	})
}
