package handover

import "iter"

// pull turns a push iterator into a pull one: both sides take turns as
// coroutines of one thread.
func pull(n int) (int, error) {
	next, stop := iter.Pull(func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	})
	defer stop()
	sum := 0
	for {
		x, ok := next()
		if !ok {
			return sum, nil
		}
		sum += x
	}
}
