package chain

import (
	"context"

	"github.com/reactivex/rxgo/v2"
	"github.com/weir-go/weir/bench/scenario"
)

// rxGo is the library as it comes: unbuffered channels between goroutines,
// elements boxed in any.
func rxGo(n int) (int, error) { return rxChain(n) }

// rxGoBuffered asks for a buffer between all stages, its fastest setting.
func rxGoBuffered(n int) (int, error) {
	return rxChain(n, rxgo.WithBufferedChannel(scenario.Buffer))
}

func rxChain(n int, opts ...rxgo.Option) (int, error) {
	last, err := rxgo.Range(0, n, opts...).
		Map(func(_ context.Context, x any) (any, error) { return AddOne(x.(int)), nil }, opts...).
		Filter(func(x any) bool { return Even(x.(int)) }, opts...).
		Map(func(_ context.Context, x any) (any, error) { return Triple(x.(int)), nil }, opts...).
		Reduce(func(_ context.Context, acc, x any) (any, error) {
			sum, _ := acc.(int) // nil before the first element
			return Add(sum, x.(int)), nil
		}, opts...).
		Get()
	if err != nil {
		return 0, err
	}
	sum, _ := last.V.(int) // nil when no element came
	return sum, last.E
}
