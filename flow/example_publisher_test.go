package flow_test

import (
	"context"
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

// twoByTwo is a Reactive Streams subscriber that requests two elements at a time.
type twoByTwo struct {
	sub  demand.Subscription
	got  int
	done chan struct{}
}

func (t *twoByTwo) OnSubscribe(sub demand.Subscription) {
	t.sub = sub
	sub.Request(2)
}

func (t *twoByTwo) OnNext(v int) {
	fmt.Println("got", v)
	if t.got++; t.got%2 == 0 {
		fmt.Println("two more")
		t.sub.Request(2)
	}
}

func (t *twoByTwo) OnError(err error) { fmt.Println("failed:", err); close(t.done) }
func (t *twoByTwo) OnComplete()       { fmt.Println("complete"); close(t.done) }

func ExampleAsPublisher() {
	squares := flow.Via(flow.From(source.Range(1, 4)), operators.Map(func(v int) int { return v * v }))
	s := &twoByTwo{done: make(chan struct{})}
	flow.AsPublisher(squares).Subscribe(context.Background(), s)
	<-s.done
	// Output:
	// got 1
	// got 4
	// two more
	// got 9
	// complete
}

func ExampleFromPublisher() {
	numbers := flow.AsPublisher(flow.From(source.Range(0, 5))) // of any library
	got, err := flow.Collect(context.Background(), flow.FromPublisher(numbers).Take(3))
	fmt.Println(got, err)
	// Output:
	// [0 1 2] <nil>
}

func ExampleAsProcessor() {
	double := flow.AsProcessor(operators.Map(func(v int) int { return 2 * v }))
	s := &twoByTwo{done: make(chan struct{})}
	double.Subscribe(context.Background(), s)
	flow.AsPublisher(flow.From(source.Range(1, 3))).Subscribe(context.Background(), double)
	<-s.done
	// Output:
	// got 2
	// got 4
	// two more
	// complete
}
