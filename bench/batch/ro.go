package batch

import "github.com/samber/ro"

// samberRo runs on one goroutine; its range is of int64, hence the map.
func samberRo(n int) (int, error) {
	sums, err := ro.Collect(ro.Pipe3(
		ro.Range(0, int64(n)),
		ro.Map(func(x int64) int { return int(x) }),
		ro.BufferWithCount[int](Size),
		ro.Reduce(func(sum int, batch []int) int { return sum + Weigh(batch) }, 0),
	))
	if err != nil || len(sums) == 0 {
		return 0, err
	}
	return sums[0], nil
}
