package batch

import (
	"github.com/reactivex/rxgo/v2"
	"github.com/weir-go/weir/bench/scenario"
)

// rxGo makes slices of any, over buffered channels.
func rxGo(n int) (int, error) {
	buffered := rxgo.WithBufferedChannel(scenario.Buffer)
	sum := 0
	for item := range rxgo.Range(0, n, buffered).BufferWithCount(Size, buffered).Observe() {
		if item.E != nil {
			return sum, item.E
		}
		sum += weighBoxed(item.V.([]any))
	}
	return sum, nil
}

func weighBoxed(batch []any) int {
	sum := len(batch) * len(batch)
	for _, x := range batch {
		sum += x.(int)
	}
	return sum
}
