package chain

import "github.com/weir-go/weir/bench/scenario"

// channels is four goroutines with three buffered channels between them:
// range | map | filter | map and fold. It handles no error and no
// cancellation, so it is the cheapest that channels can be.
func channels(n int) (int, error) {
	numbers := make(chan int, scenario.Buffer)
	added := make(chan int, scenario.Buffer)
	even := make(chan int, scenario.Buffer)
	go func() {
		defer close(numbers)
		for i := range n {
			numbers <- i
		}
	}()
	go func() {
		defer close(added)
		for x := range numbers {
			added <- AddOne(x)
		}
	}()
	go func() {
		defer close(even)
		for x := range added {
			if Even(x) {
				even <- x
			}
		}
	}()
	sum := 0
	for x := range even {
		sum = Add(sum, Triple(x))
	}
	return sum, nil
}
