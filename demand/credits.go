package demand

import (
	"fmt"
	"math"
	"sync/atomic"
)

// Unbounded is the demand that is never used up: 2^63-1 (Reactive Streams rule
// 3.17).
const Unbounded = math.MaxInt64

// Credits counts elements that may be sent: grants add up, and stay at
// Unbounded once they reach it. It is safe for use by many goroutines.
type Credits struct{ n atomic.Int64 }

// Grant adds n credits and returns how many there were before. A grant of less
// than one is an error that wraps ErrDemand and changes nothing.
func (c *Credits) Grant(n int64) (before int64, err error) {
	if n <= 0 {
		return c.n.Load(), fmt.Errorf("%w: got %d", ErrDemand, n)
	}
	for {
		before = c.n.Load()
		after := before + n
		if after < 0 {
			after = Unbounded
		}
		if c.n.CompareAndSwap(before, after) {
			return before, nil
		}
	}
}

// Take uses up to limit credits and returns how many it got. Unbounded credit
// stays as it is.
func (c *Credits) Take(limit int64) int64 {
	for limit > 0 {
		have := c.n.Load()
		n := min(have, limit)
		if n <= 0 {
			return 0
		}
		if have == Unbounded || c.n.CompareAndSwap(have, have-n) {
			return n
		}
	}
	return 0
}

// Have returns the credits not yet used.
func (c *Credits) Have() int64 { return c.n.Load() }
