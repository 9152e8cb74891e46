package parallel

import (
	"context"

	"github.com/reactivex/rxgo/v2"
	"github.com/weir-go/weir/bench/scenario"
)

// rxGo is Map with a pool. Its Serialize, which is to put results in order
// again, needs numbers that follow each other in the results, which the
// results of this function are not.
func rxGo(n int) (int, error) {
	buffered := rxgo.WithBufferedChannel(scenario.Buffer)
	burned := rxgo.Range(0, n, buffered).Map(func(_ context.Context, x any) (any, error) {
		return Burn(x.(int)), nil
	}, rxgo.WithPool(Workers()), buffered)
	acc := 0
	for item := range burned.Observe() {
		if item.E != nil {
			return acc, item.E
		}
		acc = Sum(acc, item.V.(int))
	}
	return acc, nil
}
