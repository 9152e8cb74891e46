package batch

import (
	"time"

	"github.com/reugn/go-streams/extension"
	"github.com/reugn/go-streams/flow"
)

// goStreams has no batch without a time bound, so it gets a long one; it
// resets a ticker for each element.
func goStreams(n int) (int, error) {
	numbers := make(chan any)
	results := make(chan any)
	go func() {
		defer close(numbers)
		for i := range n {
			numbers <- i
		}
	}()
	go extension.NewChanSource(numbers).
		Via(flow.NewBatch[int](Size, time.Hour)).
		To(extension.NewChanSink(results))
	sum := 0
	for x := range results {
		sum += Weigh(x.([]int))
	}
	return sum, nil
}
