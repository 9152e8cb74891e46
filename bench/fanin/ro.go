package fanin

import (
	"github.com/samber/ro"
	"github.com/weir-go/weir/bench/scenario"
)

// samberRo merges with a mutex instead of a channel: the consumer is called
// on the goroutine of whichever producer has the lock. Its own Range blocks
// the subscriber, so each producer is an observable that starts a goroutine.
func samberRo(producers int) scenario.Run {
	return func(n int) (int, error) {
		sources := make([]ro.Observable[int], producers)
		for p := range producers {
			lo, hi := scenario.Share(n, p, producers)
			sources[p] = ro.NewUnsafeObservable(func(down ro.Observer[int]) ro.Teardown {
				go func() {
					for i := lo; i < hi; i++ {
						down.Next(i)
					}
					down.Complete()
				}()
				return nil
			})
		}
		sum := 0
		var failed error
		ro.Merge(sources...).Subscribe(ro.NewObserver(
			func(x int) { sum += x },
			func(err error) { failed = err },
			func() {},
		)).Wait()
		return sum, failed
	}
}
