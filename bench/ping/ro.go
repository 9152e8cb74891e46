package ping

import (
	"github.com/samber/ro"
	"github.com/weir-go/weir/bench/scenario"
)

// samberRo moves to another goroutine with ObserveOn, a buffered channel.
func samberRo(hops int) scenario.Run {
	return func(n int) (int, error) {
		turn := NewTurn()
		stream := ro.NewUnsafeObservable(func(down ro.Observer[int]) ro.Teardown {
			for i := range n {
				turn.Wait()
				down.Next(i)
			}
			down.Complete()
			return nil
		})
		for range hops {
			stream = ro.ObserveOn[int](scenario.Buffer)(stream)
		}
		sum := 0
		var failed error
		stream.Subscribe(ro.NewObserver(
			func(x int) { sum += x; turn.Pass() },
			func(err error) { failed = err },
			func() {},
		)).Wait()
		return sum, failed
	}
}
