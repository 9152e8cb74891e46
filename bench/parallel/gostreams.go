package parallel

import (
	"github.com/reugn/go-streams/extension"
	"github.com/reugn/go-streams/flow"
)

// goStreams is Map with that parallelism, over unbuffered channels of any.
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
		Via(flow.NewMap(Burn, Workers())).
		To(extension.NewChanSink(results))
	acc := 0
	for x := range results {
		acc = Sum(acc, x.(int))
	}
	return acc, nil
}
