package batch

import "github.com/destel/rill"

// destelRill is rill.Batch without a timeout, over unbuffered channels.
func destelRill(n int) (int, error) {
	numbers := rill.Generate(func(send func(int), _ func(error)) {
		for i := range n {
			send(i)
		}
	})
	sum := 0
	err := rill.ForEach(rill.Batch(numbers, Size, -1), 1, func(batch []int) error {
		sum += Weigh(batch)
		return nil
	})
	return sum, err
}
