package slow

import (
	"context"

	"github.com/weir-go/weir/bench/scenario"
)

// channels is three goroutines and two buffered channels; once the run is
// given up the rest is drained.
func channels(ctx context.Context, n int, got func(int)) error {
	numbers := make(chan int, scenario.Buffer)
	slowed := make(chan int, scenario.Buffer)
	go func() {
		defer close(numbers)
		for i := 0; i < n && ctx.Err() == nil; i++ {
			numbers <- i
		}
	}()
	go func() {
		defer close(slowed)
		for x := range numbers {
			slowed <- Nap(ctx, x)
		}
	}()
	for x := range slowed {
		got(x)
	}
	return nil
}
