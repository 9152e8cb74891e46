package parallel

import "github.com/weir-go/weir/bench/scenario"

// orderedChannels gives each job the slot for its result, a channel of one,
// and reads the slots in turn. There are as many slots as elements under way
// and they are used again, so nothing is allocated for an element.
func orderedChannels(n int) (int, error) {
	type job struct {
		x    int
		slot chan int
	}
	jobs := make(chan job, scenario.Buffer)
	pending := make(chan chan int, scenario.Buffer)
	free := make(chan chan int, scenario.Buffer)
	for range cap(free) {
		free <- make(chan int, 1)
	}
	go func() {
		defer close(pending)
		defer close(jobs)
		for i := range n {
			slot := <-free
			jobs <- job{i, slot}
			pending <- slot
		}
	}()
	for range Workers() {
		go func() {
			for j := range jobs {
				j.slot <- Burn(j.x)
			}
		}()
	}
	acc := 0
	for slot := range pending {
		acc = Chain(acc, <-slot)
		free <- slot
	}
	return acc, nil
}
