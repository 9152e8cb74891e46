package handover

import (
	"context"

	"github.com/jjeffcaii/reactor-go"
	"github.com/jjeffcaii/reactor-go/flux"
)

// reactorGo requests one element after the other on one goroutine: no
// handover between goroutines, but the same demand. The requests come from a
// loop, because a request from inside OnNext recurses once an element.
func reactorGo(n int) (int, error) {
	sum, done := 0, false
	var failed error
	var subscription reactor.Subscription
	flux.Range(0, n).Subscribe(context.Background(),
		reactor.OnSubscribe(func(_ context.Context, s reactor.Subscription) { subscription = s }),
		reactor.OnNext(func(x reactor.Any) error {
			sum += x.(int)
			return nil
		}),
		reactor.OnComplete(func() { done = true }),
		reactor.OnError(func(err error) { failed, done = err, true }),
	)
	if n == 0 {
		return 0, failed
	}
	for !done {
		subscription.Request(1)
	}
	return sum, failed
}
