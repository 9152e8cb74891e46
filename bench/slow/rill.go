package slow

import (
	"context"

	"github.com/destel/rill"
)

// destelRill has unbuffered channels on both sides of the stage; once the run
// is given up the rest is drained.
func destelRill(ctx context.Context, n int, got func(int)) error {
	numbers := rill.Generate(func(send func(int), _ func(error)) {
		for i := 0; i < n && ctx.Err() == nil; i++ {
			send(i)
		}
	})
	slowed := rill.Map(numbers, 1, func(x int) (int, error) { return Nap(ctx, x), nil })
	return rill.ForEach(slowed, 1, func(x int) error {
		got(x)
		return nil
	})
}
