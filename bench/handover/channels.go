package handover

import "github.com/weir-go/weir/bench/scenario"

// channel sends over one channel with that capacity.
func channel(capacity int) scenario.Run {
	return func(n int) (int, error) {
		numbers := make(chan int, capacity)
		go func() {
			defer close(numbers)
			for i := range n {
				numbers <- i
			}
		}()
		sum := 0
		for x := range numbers {
			sum += x
		}
		return sum, nil
	}
}

// requestReply makes the request explicit: the producer makes an element only
// after it was asked to.
func requestReply(n int) (int, error) {
	requests := make(chan struct{}, 1)
	replies := make(chan int, 1)
	go func() {
		defer close(replies)
		for i := range n {
			<-requests
			replies <- i
		}
	}()
	sum := 0
	for range n {
		requests <- struct{}{}
		sum += <-replies
	}
	return sum, nil
}
