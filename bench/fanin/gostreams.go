package fanin

import (
	"github.com/reugn/go-streams"
	"github.com/reugn/go-streams/extension"
	"github.com/reugn/go-streams/flow"
	"github.com/weir-go/weir/bench/scenario"
)

// goStreams merges flows, not sources, so each producer has a pass-through
// behind it; channels are unbuffered.
func goStreams(producers int) scenario.Run {
	return func(n int) (int, error) {
		flows := make([]streams.Flow, producers)
		for p := range producers {
			lo, hi := scenario.Share(n, p, producers)
			numbers := make(chan any)
			go func() {
				defer close(numbers)
				for i := lo; i < hi; i++ {
					numbers <- i
				}
			}()
			flows[p] = extension.NewChanSource(numbers).Via(flow.NewPassThrough())
		}
		results := make(chan any)
		go flow.Merge(flows...).To(extension.NewChanSink(results))
		sum := 0
		for x := range results {
			sum += x.(int)
		}
		return sum, nil
	}
}
