package chain

import (
	"github.com/reugn/go-streams/extension"
	"github.com/reugn/go-streams/flow"
)

// goStreams has two unbuffered channels of any a stage. Its Fold emits every
// intermediate sum, so the fold is done by the reader of the sink, which is
// cheaper.
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
		Via(flow.NewMap(AddOne, 1)).
		Via(flow.NewFilter(Even, 1)).
		Via(flow.NewMap(Triple, 1)).
		To(extension.NewChanSink(results))
	sum := 0
	for x := range results {
		sum = Add(sum, x.(int))
	}
	return sum, nil
}
