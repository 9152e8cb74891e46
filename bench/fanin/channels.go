package fanin

import (
	"sync"

	"github.com/weir-go/weir/bench/scenario"
)

// oneChannel lets all producers send to the same buffered channel.
func oneChannel(producers int) scenario.Run {
	return func(n int) (int, error) {
		merged := make(chan int, scenario.Buffer)
		var running sync.WaitGroup
		for p := range producers {
			running.Go(func() {
				lo, hi := scenario.Share(n, p, producers)
				for i := lo; i < hi; i++ {
					merged <- i
				}
			})
		}
		go func() {
			running.Wait()
			close(merged)
		}()
		sum := 0
		for x := range merged {
			sum += x
		}
		return sum, nil
	}
}
