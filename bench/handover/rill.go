package handover

import "github.com/destel/rill"

// destelRill is a generator and a loop over its unbuffered channel.
func destelRill(n int) (int, error) {
	numbers := rill.Generate(func(send func(int), _ func(error)) {
		for i := range n {
			send(i)
		}
	})
	sum := 0
	err := rill.ForEach(numbers, 1, func(x int) error {
		sum += x
		return nil
	})
	return sum, err
}
