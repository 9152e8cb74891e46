package chain

import "github.com/destel/rill"

// destelRill is one goroutine a stage (n = 1, which keeps order) with the
// library's own unbuffered channels.
func destelRill(n int) (int, error) {
	numbers := rill.FromSeq(seqRange(n), nil)
	added := rill.Map(numbers, 1, func(x int) (int, error) { return AddOne(x), nil })
	even := rill.Filter(added, 1, func(x int) (bool, error) { return Even(x), nil })
	tripled := rill.Map(even, 1, func(x int) (int, error) { return Triple(x), nil })
	sum, _, err := rill.Reduce(tripled, 1, func(a, b int) (int, error) { return Add(a, b), nil })
	return sum, err
}
