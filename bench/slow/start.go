package slow

import (
	"context"
	"fmt"
	"time"

	"github.com/weir-go/weir/bench/scenario"
)

// Offered is how many elements the source has to give for each start.
const Offered = 64

// A Pipeline runs 0 … n-1 through [Nap] and calls got for each at the sink.
// When ctx ends it gives up early and returns nil. It returns after its
// goroutines have ended, or have nothing left to do.
type Pipeline func(ctx context.Context, n int, got func(x int)) error

// MeasureFirst measures a pipeline from its start to its first element.
func MeasureFirst(run Pipeline) scenario.Run {
	return func(n int) (int, error) {
		var total time.Duration
		for range n {
			took, err := startOnce(run)
			if err != nil {
				return 0, err
			}
			total += took
		}
		return int(total), nil
	}
}

// startOnce is one start, given up as soon as an element has come.
func startOnce(run Pipeline) (time.Duration, error) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var took time.Duration
	element := -1
	begin := time.Now()
	err := run(ctx, Offered, func(x int) {
		if element < 0 {
			took, element = time.Since(begin), x
			stop()
		}
	})
	if err == nil && element != 0 {
		err = fmt.Errorf("the first element is %d, want 0", element)
	}
	return took, err
}

// MeasureAll runs all elements through a pipeline.
func MeasureAll(run Pipeline) scenario.Run {
	return func(n int) (int, error) {
		sum := 0
		err := run(context.Background(), n, func(x int) { sum += x })
		return sum, err
	}
}
