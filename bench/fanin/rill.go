package fanin

import (
	"github.com/destel/rill"
	"github.com/weir-go/weir/bench/scenario"
)

// destelRill merges with one select up to five streams and with a goroutine
// for each stream above; its channels are unbuffered.
func destelRill(producers int) scenario.Run {
	return func(n int) (int, error) {
		streams := make([]<-chan rill.Try[int], producers)
		for p := range producers {
			lo, hi := scenario.Share(n, p, producers)
			streams[p] = rill.Generate(func(send func(int), _ func(error)) {
				for i := lo; i < hi; i++ {
					send(i)
				}
			})
		}
		sum := 0
		err := rill.ForEach(rill.Merge(streams...), 1, func(x int) error {
			sum += x
			return nil
		})
		return sum, err
	}
}
