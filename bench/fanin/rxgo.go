package fanin

import (
	"github.com/reactivex/rxgo/v2"
	"github.com/weir-go/weir/bench/scenario"
)

// rxGo has one more goroutine for each producer, which forwards to one
// channel; all channels are buffered.
func rxGo(producers int) scenario.Run {
	return func(n int) (int, error) {
		buffered := rxgo.WithBufferedChannel(scenario.Buffer)
		sources := make([]rxgo.Observable, producers)
		for p := range producers {
			lo, hi := scenario.Share(n, p, producers)
			sources[p] = rxgo.Range(lo, hi-lo, buffered)
		}
		sum := 0
		for item := range rxgo.Merge(sources, buffered).Observe() {
			if item.E != nil {
				return sum, item.E
			}
			sum += item.V.(int)
		}
		return sum, nil
	}
}
