package ping

import "github.com/weir-go/weir/bench/scenario"

// channels passes each element over that many buffered channels, with a
// goroutine at both ends of each.
func channels(hops int) scenario.Run {
	return func(n int) (int, error) {
		turn := NewTurn()
		first := make(chan int, scenario.Buffer)
		go func() {
			defer close(first)
			for i := range n {
				turn.Wait()
				first <- i
			}
		}()
		last := first
		for range hops - 1 {
			last = forward(last)
		}
		sum := 0
		for x := range last {
			sum += x
			turn.Pass()
		}
		return sum, nil
	}
}

func forward(in chan int) chan int {
	out := make(chan int, scenario.Buffer)
	go func() {
		defer close(out)
		for x := range in {
			out <- x
		}
	}()
	return out
}
