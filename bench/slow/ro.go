package slow

import (
	"context"

	"github.com/samber/ro"
	"github.com/weir-go/weir/bench/scenario"
)

// samberRo has an ObserveOn on both sides of the stage. A subscriber cannot
// stop a source that is still emitting, so the source looks at the context.
func samberRo(ctx context.Context, n int, got func(int)) error {
	numbers := ro.NewUnsafeObservableWithContext(func(ctx context.Context, down ro.Observer[int]) ro.Teardown {
		for i := 0; i < n && ctx.Err() == nil; i++ {
			down.NextWithContext(ctx, i)
		}
		down.CompleteWithContext(ctx)
		return nil
	})
	var failed error
	ro.Pipe3(
		numbers,
		ro.ObserveOn[int](scenario.Buffer),
		ro.Map(func(x int) int { return Nap(ctx, x) }),
		ro.ObserveOn[int](scenario.Buffer),
	).SubscribeWithContext(ctx, ro.NewObserver(
		got,
		func(err error) { failed = err },
		func() {},
	)).Wait()
	return failed
}
