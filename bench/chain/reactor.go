package chain

import (
	"context"

	"github.com/jjeffcaii/reactor-go"
	"github.com/jjeffcaii/reactor-go/flux"
)

// reactorGo runs on the subscriber's goroutine, elements boxed in any. It has
// request(n); the subscriber asks for everything at once, its fast path.
func reactorGo(n int) (int, error) {
	sum := 0
	var failed error
	flux.Range(0, n).
		Map(func(x reactor.Any) (reactor.Any, error) { return AddOne(x.(int)), nil }).
		Filter(func(x reactor.Any) bool { return Even(x.(int)) }).
		Map(func(x reactor.Any) (reactor.Any, error) { return Triple(x.(int)), nil }).
		Subscribe(context.Background(),
			reactor.OnNext(func(x reactor.Any) error {
				sum = Add(sum, x.(int))
				return nil
			}),
			reactor.OnError(func(err error) { failed = err }),
		)
	return sum, failed
}
