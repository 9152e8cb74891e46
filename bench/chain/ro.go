package chain

import "github.com/samber/ro"

// samberRo runs on the subscriber's goroutine and pushes; its range is of
// int64, so the first map also converts.
func samberRo(n int) (int, error) {
	sums, err := ro.Collect(ro.Pipe4(
		ro.Range(0, int64(n)),
		ro.Map(func(x int64) int { return AddOne(int(x)) }),
		ro.Filter(Even),
		ro.Map(Triple),
		ro.Reduce(Add, 0),
	))
	if err != nil || len(sums) == 0 {
		return 0, err
	}
	return sums[0], nil
}
