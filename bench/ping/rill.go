package ping

import (
	"github.com/destel/rill"
	"github.com/weir-go/weir/bench/scenario"
)

// destelRill hops once from the generator and once a Map, over unbuffered
// channels.
func destelRill(hops int) scenario.Run {
	return func(n int) (int, error) {
		turn := NewTurn()
		stream := rill.Generate(func(send func(int), _ func(error)) {
			for i := range n {
				turn.Wait()
				send(i)
			}
		})
		for range hops - 1 {
			stream = rill.Map(stream, 1, func(x int) (int, error) { return x, nil })
		}
		sum := 0
		err := rill.ForEach(stream, 1, func(x int) error {
			sum += x
			turn.Pass()
			return nil
		})
		return sum, err
	}
}
