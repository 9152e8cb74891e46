package operators

import (
	"context"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Map replaces each element by f of it. f must not fail; see MapErr.
//
//	in          -1-2-3-|
//	Map(v * v)  -1-4-9-|
//
// Elsewhere: Pekko map, Reactor map, RxJava map, ro Map, rill OrderedMap,
// go-streams Map.
//
// emits when upstream does · backpressures when downstream does · completes
// when upstream does · fails when upstream does · cancels when downstream does
func Map[In, Out any](f func(In) Out, opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("Map", stage.TakesName, opts).Func(f == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		return &mapper[In, Out]{up: up, f: f}
	})
}

type mapper[In, Out any] struct {
	up demand.Upstream[In]
	in demand.Chunk[In]
	f  func(In) Out
}

func (m *mapper[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	if err := demand.Refill(m.up, &m.in, dst); err != nil {
		return err
	}
	demand.MapInto(dst, &m.in, m.f)
	return nil
}

func (m *mapper[In, Out]) Cancel(cause error) { m.up.Cancel(cause) }

// MapErr is Map with a function that may fail. What happens then is up to
// stage.OnError; without it the stream fails behind the elements before, with a
// *stage.Error.
//
//	in               -1-2-x-
//	MapErr(parse)    -1-2-#
//
// Elsewhere: Pekko map, Reactor handle, RxJava map, ro MapErr, rill OrderedMap.
//
// emits when upstream does and f succeeds · backpressures when downstream does ·
// completes when upstream does · fails when upstream does, and when f does, by
// policy · cancels when downstream does · order kept, unless stage.Unordered is
// given · starts n goroutines, with Workers(n)
func MapErr[In, Out any](f func(In) (Out, error), opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("MapErr", stage.TakesOnError|stage.TakesWorkers|stage.TakesUnordered, opts).Func(f == nil, "function")
	return mapContext(m, func(_ context.Context, v In) (Out, error) { return f(v) })
}

// MapContext is MapErr with a function that gets a context, which ends when the
// run does or the stage is cancelled. It is for calls that take their time:
// stage.Workers(n) makes n of them at once, in order, or with stage.Unordered
// as they come. With workers the stage holds at most 2n elements: n under way
// and n that wait for a worker or for their turn.
//
//	in                     abc------|
//	f takes a while        aaaaaa       each call
//	Workers(3)             -----abc-|
//
// Elsewhere: Pekko mapAsync, Pekko mapAsyncUnordered, Reactor
// flatMapSequential, RxJava concatMapEager, ro MapErrWithContext, rill
// OrderedMap, rill Map, go-streams Map.
//
// emits when upstream does and f succeeds · backpressures when downstream does,
// or all workers are busy · completes when upstream does and all calls are done
// · fails when upstream does, and when f does, by policy · cancels when
// downstream does, and waits for the calls under way · starts n goroutines, with
// Workers(n)
func MapContext[In, Out any](f func(context.Context, In) (Out, error), opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("MapContext", stage.TakesOnError|stage.TakesWorkers|stage.TakesUnordered, opts).Func(f == nil, "function")
	return mapContext(m, f)
}

func mapContext[In, Out any](m stage.Meta, f func(context.Context, In) (Out, error)) stage.Stage[In, Out] {
	m = m.Require(!m.Unordered || m.Workers > 0, "option Unordered needs Workers")
	m.Patient = m.Workers > 0
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		if m.Workers > 0 {
			return engine.Workers(rt.Cell(), up, m.Workers, m.Unordered, func(ctx context.Context, v In, at demand.Position) (Out, bool, error) {
				return stage.Call(ctx, rt, v, func() demand.Position { return at }, f)
			})
		}
		t := &transform[In, Out]{up: up}
		ctx := rt.Context()
		t.f = func(i int, v In) (Out, bool, error) {
			return stage.Call(ctx, rt, v, func() demand.Position { return t.in.Position(i) }, f)
		}
		return t
	})
}
