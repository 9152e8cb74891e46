package operators

import (
	"context"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// FlatMapErr is FlatMap with a function that may fail: it returns elements or an
// error. What happens then is up to stage.OnError; without it the stream fails
// behind the elements before, with a *stage.Error. Elements that f returns
// together with an error are not emitted.
//
//	in                  -a----x-
//	FlatMapErr(twice)   -(aa)-#
//
// emits when f returns elements, and while there are more of them ·
// backpressures when downstream does · completes when upstream does and all of
// the last slice has gone · fails when upstream does, and when f does, by policy
// · cancels when downstream does · holds one slice
func FlatMapErr[In, Out any](f func(In) ([]Out, error), opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("FlatMapErr", stage.TakesOnError, opts).Func(f == nil, "function")
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		s := &flatMap[In, Out]{up: up}
		call := func(_ context.Context, v In) ([]Out, error) { return f(v) }
		at := func() demand.Position { return s.in.Position(0) }
		s.f = func(v In) []Out {
			out, ok, err := stage.Call(rt.Context(), rt, v, at, call)
			if s.err = err; !ok {
				return nil
			}
			return out
		}
		return s
	})
}
