package parallel

// rounds makes [Burn] take a few microseconds.
const rounds = 2000

// Burn is the function that is mapped: it keeps a core busy for a few
// microseconds, allocates nothing and touches no memory.
func Burn(x int) int {
	h := uint64(x) + 0x9e3779b97f4a7c15
	for range rounds {
		h ^= h << 13
		h ^= h >> 7
		h ^= h << 17
	}
	return int(h >> 32)
}

// Sum folds the results where the order is free.
func Sum(acc, x int) int { return acc + x }

// Chain folds the results where the order counts: another order gives
// another value.
func Chain(acc, x int) int { return acc*31 + x }
