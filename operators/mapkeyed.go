package operators

import (
	"context"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// heldPerWorker is how many elements MapKeyed holds for each worker, unless told.
const heldPerWorker = 16

// MapKeyed replaces each element by f of it, with calls for several keys at once
// and those of one key one after the other, in the order of the elements. Results
// of one key keep their order too; between keys they leave as they come, so that
// a slow key does not hold up the others. It needs stage.Workers(n), the number
// of calls at once. The context of f ends when the run does or the stage is
// cancelled. key must be cheap: it is called on the stage's own goroutine.
//
// The stage holds at most 16 elements a worker in total, or as many as
// stage.Capacity says: those under way, those that wait behind another of their
// key or for a worker, and results that nobody has asked for yet. What waits
// for a slow key is among them, so others get past it until that bound is full
// of the slow key's elements; then upstream is held back until one of its calls
// ends. A stuck call also keeps its worker: n stuck keys stop the stage. A source
// that keeps account commits nothing behind the stuck element before that is done.
//
// What happens when f fails is up to stage.OnError; an element that is skipped or
// written to a dead letter leaves its key to the next one, and so does a retry
// when it is over. Without a policy the stream fails: no call is begun any more,
// of any key, what is under way is handed on, and the rest is given up.
//
//	in                        (a1a2b1)------|
//	MapKeyed, a1 takes long   -b1-----a1-a2-|
//
// Elsewhere: Pekko mapAsyncPartitionedUnordered (mapAsyncPartitioned keeps the
// order between keys too), Reactor groupBy with a concatMap in a flatMap.
//
// emits when f succeeds for an element of any key · backpressures when downstream
// does, or the stage holds as many elements as it may · completes when upstream
// does and all calls are done · fails when upstream does, and when f does, by
// policy · cancels when downstream does, and waits for the calls under way ·
// holds at most 16n elements, or Capacity · starts n goroutines, with Workers(n)
func MapKeyed[In, Out any, K comparable](key func(In) K, f func(context.Context, In) (Out, error), opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("MapKeyed", stage.TakesOnError|stage.TakesWorkers|stage.TakesCapacity, opts)
	m = m.Func(key == nil, "key function").Func(f == nil, "function")
	m = m.Require(m.Workers > 0, "option Workers is needed: how many calls are made at once")
	if m.Capacity == 0 {
		m.Capacity = heldPerWorker * m.Workers
	}
	m = m.Require(m.Capacity >= m.Workers, "a capacity of %d elements leaves some of %d workers idle", m.Capacity, m.Workers)
	m.Patient = true
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		return engine.Keyed(rt.Cell(), up, m.Workers, m.Capacity, key, func(ctx context.Context, v In, at demand.Position) (Out, bool, error) {
			return stage.Call(ctx, rt, v, func() demand.Position { return at }, f)
		})
	})
}
