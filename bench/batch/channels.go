package batch

import "github.com/weir-go/weir/bench/scenario"

// channels is three goroutines: range, batch, sum. A buffer of a few batches
// is enough behind the one that makes them.
func channels(n int) (int, error) {
	numbers := make(chan int, scenario.Buffer)
	batches := make(chan []int, scenario.Buffer/Size)
	go func() {
		defer close(numbers)
		for i := range n {
			numbers <- i
		}
	}()
	go func() {
		defer close(batches)
		var batch []int
		for x := range numbers {
			if batch == nil {
				batch = make([]int, 0, Size)
			}
			if batch = append(batch, x); len(batch) == Size {
				batches <- batch
				batch = nil
			}
		}
		if batch != nil {
			batches <- batch
		}
	}()
	sum := 0
	for batch := range batches {
		sum += Weigh(batch)
	}
	return sum, nil
}
