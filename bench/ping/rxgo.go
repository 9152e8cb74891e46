package ping

import (
	"context"

	"github.com/reactivex/rxgo/v2"
	"github.com/weir-go/weir/bench/scenario"
)

// rxGo hops once from the producer and once a Map, over unbuffered channels;
// a buffer would not help an element that travels alone.
func rxGo(hops int) scenario.Run {
	return func(n int) (int, error) {
		turn := NewTurn()
		stream := rxgo.Create([]rxgo.Producer{func(_ context.Context, next chan<- rxgo.Item) {
			for i := range n {
				turn.Wait()
				next <- rxgo.Of(i)
			}
		}})
		for range hops - 1 {
			stream = stream.Map(func(_ context.Context, x any) (any, error) { return x, nil })
		}
		sum := 0
		for item := range stream.Observe() {
			if item.E != nil {
				return sum, item.E
			}
			sum += item.V.(int)
			turn.Pass()
		}
		return sum, nil
	}
}
