package flow_test

import (
	"fmt"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

// asking is a subscriber that requests n elements whenever it has got those.
type asking struct {
	n, left int64
	sub     demand.Subscription
	done    chan error
}

func (a *asking) OnSubscribe(sub demand.Subscription) {
	a.sub, a.left = sub, a.n
	sub.Request(a.n)
}

func (a *asking) OnNext(int) {
	if a.left--; a.left == 0 {
		a.left = a.n
		a.sub.Request(a.n)
	}
}

func (a *asking) OnError(err error) { a.done <- err }
func (a *asking) OnComplete()       { a.done <- nil }

// BenchmarkAsPublisher is what an element costs at the edge, by how many are
// requested at a time.
func BenchmarkAsPublisher(b *testing.B) {
	for _, n := range []int64{1, 16, 256, demand.Unbounded} {
		name := fmt.Sprint(n)
		if n == demand.Unbounded {
			name = "unbounded"
		}
		b.Run("request="+name, func(b *testing.B) {
			b.ReportAllocs()
			a := &asking{n: n, done: make(chan error, 1)}
			flow.AsPublisher(flow.From(source.Range(0, b.N))).Subscribe(b.Context(), a)
			if err := <-a.done; err != nil {
				b.Fatal(err)
			}
		})
	}
}

// BenchmarkFromPublisher is the way through both edges.
func BenchmarkFromPublisher(b *testing.B) {
	b.ReportAllocs()
	p := flow.AsPublisher(flow.From(source.Range(0, b.N)))
	if err := flow.FromPublisher(p).To(sink.Discard[int]()).Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}
