package parallel

import (
	"sync"

	"github.com/weir-go/weir/bench/scenario"
)

// unorderedChannels is the usual worker pool between two buffered channels.
func unorderedChannels(n int) (int, error) {
	jobs := make(chan int, scenario.Buffer)
	results := make(chan int, scenario.Buffer)
	go func() {
		defer close(jobs)
		for i := range n {
			jobs <- i
		}
	}()
	var workers sync.WaitGroup
	for range Workers() {
		workers.Go(func() {
			for x := range jobs {
				results <- Burn(x)
			}
		})
	}
	go func() {
		workers.Wait()
		close(results)
	}()
	acc := 0
	for x := range results {
		acc = Sum(acc, x)
	}
	return acc, nil
}
