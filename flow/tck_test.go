package flow_test

import (
	"context"
	"errors"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/demand/tck"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// The edges of a flow keep the rules of Reactive Streams.

func itself(i int) int { return i }

func numbers(n int) flow.Flow[int] { return flow.From(source.Range(0, n)) }

// thenFails is a flow of n elements that fails behind them.
func thenFails(n int) demand.Publisher[int] {
	return flow.AsPublisher(flow.Via(numbers(n+1), operators.MapErr(func(v int) (int, error) {
		if v == n {
			return 0, errors.New("failed on purpose")
		}
		return v, nil
	})))
}

// rejects is a flow with a mistake, which nobody can run.
func rejects() demand.Publisher[int] { return flow.AsPublisher(numbers(1).Take(-1)) }

func TestPublishersKeepTheRules(t *testing.T) {
	once := tck.Unsupported("1.11", "its source can be read once")
	for name, c := range map[string]struct {
		flow func(n int) flow.Flow[int]
		opts []tck.Option
	}{
		"fused":       {numbers, []tck.Option{tck.Failing(thenFails), tck.Rejecting(rejects)}},
		"a chain":     {func(n int) flow.Flow[int] { return numbers(2 * n).Filter(func(v int) bool { return v%2 == 0 }) }, nil},
		"over a link": {func(n int) flow.Flow[int] { return flow.Via(numbers(n), operators.Async[int](4)) }, nil},
		"two links": {func(n int) flow.Flow[int] {
			return flow.Via(flow.Via(numbers(n), operators.Async[int](1)), operators.Async[int](8))
		}, nil},
		"a buffer":      {func(n int) flow.Flow[int] { return flow.Via(numbers(n), operators.Buffer[int](3, demand.Block)) }, nil},
		"Merge":         {func(n int) flow.Flow[int] { return flow.Merge(numbers(n/2), numbers(n-n/2)) }, []tck.Option{tck.Unsupported("1.11", "the order is not fixed")}},
		"Concat":        {func(n int) flow.Flow[int] { return flow.Concat(numbers(n/2), numbers(n-n/2)) }, nil},
		"Broadcast":     {broadcast, nil},
		"Take":          {func(n int) flow.Flow[int] { return numbers(n + 5).Take(n) }, nil},
		"Chan":          {fromChan, []tck.Option{once}},
		"Queue":         {fromQueue, []tck.Option{once}},
		"FromPublisher": {func(n int) flow.Flow[int] { return flow.FromPublisher(flow.AsPublisher(numbers(n))) }, nil},
		"FromPublisher, over links": {func(n int) flow.Flow[int] {
			return flow.Via(flow.FromPublisher(flow.AsPublisher(flow.Via(numbers(n), operators.Async[int](2)))), operators.Async[int](2))
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			tck.Publisher(t, func(n int) demand.Publisher[int] { return flow.AsPublisher(c.flow(n)) }, c.opts...)
		})
	}
}

func broadcast(n int) flow.Flow[int] {
	branches := flow.Broadcast(numbers(n), 2)
	return flow.ZipWith(branches[0], branches[1], func(a, _ int) int { return a })
}

func fromChan(n int) flow.Flow[int] {
	ch := make(chan int, n)
	for i := range n {
		ch <- i
	}
	close(ch)
	return flow.From(source.Chan(ch))
}

func fromQueue(n int) flow.Flow[int] {
	q := source.Queue[int](n+1, demand.Block)
	for i := range n {
		if err := q.Offer(context.Background(), i); err != nil {
			panic(err)
		}
	}
	q.Close()
	return flow.From(q)
}

// The end of a context other than that of Subscribe is an error.
func TestPublisherWithAContextOfItsOwn(t *testing.T) {
	tck.Publisher(t, func(n int) demand.Publisher[int] {
		return flow.AsPublisher(numbers(n), flow.Within(context.Background()))
	})
}

func TestSubscribersKeepTheRules(t *testing.T) {
	for name, to := range map[string]func() stage.Sink[int]{
		"Discard":       func() stage.Sink[int] { return sink.Discard[int]() },
		"ForEach":       func() stage.Sink[int] { return sink.ForEach(func(int) error { return nil }) },
		"a window of 1": func() stage.Sink[int] { return sink.Discard[int](stage.Window(1, 1)) },
		"a wide window": func() stage.Sink[int] { return sink.Discard[int](stage.Window(64, 64)) },
	} {
		t.Run("AsSubscriber/"+name, func(t *testing.T) {
			tck.SubscriberBlackbox(t, func(ctx context.Context) demand.Subscriber[int] {
				s, _, err := flow.AsSubscriber(ctx, to())
				if err != nil {
					panic(err)
				}
				return s
			}, itself)
		})
	}
	for name, c := range map[string]struct {
		flow func(f flow.Flow[int]) flow.Flow[int]
		opts []tck.Option
	}{
		"alone":       {func(f flow.Flow[int]) flow.Flow[int] { return f }, nil},
		"over a link": {func(f flow.Flow[int]) flow.Flow[int] { return flow.Via(f, operators.Async[int](4)) }, nil},
		"Take":        {func(f flow.Flow[int]) flow.Flow[int] { return f.Take(25) }, []tck.Option{tck.CancelsAfter(25)}},
		"Take 1":      {func(f flow.Flow[int]) flow.Flow[int] { return f.Take(1) }, []tck.Option{tck.CancelsAfter(1)}},
	} {
		t.Run("FromPublisher/"+name, func(t *testing.T) {
			tck.SubscriberBlackbox(t, func(ctx context.Context) demand.Subscriber[int] {
				return subscriberOf(ctx, c.flow)
			}, itself, c.opts...)
		})
	}
}

// subscriberOf returns the subscriber with which FromPublisher comes.
func subscriberOf(ctx context.Context, f func(flow.Flow[int]) flow.Flow[int]) demand.Subscriber[int] {
	came := make(chan demand.Subscriber[int], 1)
	p := wrong(func(s demand.Subscriber[int]) { came <- s })
	if _, err := f(flow.FromPublisher(p)).To(sink.Discard[int]()).Start(ctx); err != nil {
		panic(err)
	}
	return <-came
}

func TestProcessorsKeepTheRules(t *testing.T) {
	one := tck.Unsupported("1.11", "it has one subscriber")
	double := func(v int) int { return 2 * v }
	for name, s := range map[string]func() stage.Stage[int, int]{
		"Map":         func() stage.Stage[int, int] { return operators.Map(double) },
		"Scan":        func() stage.Stage[int, int] { return operators.Scan(0, func(a, v int) int { return a + v }) },
		"over a link": func() stage.Stage[int, int] { return operators.Async[int](4) },
		"a buffer":    func() stage.Stage[int, int] { return operators.Buffer[int](4, demand.Block) },
		"composed": func() stage.Stage[int, int] {
			return stage.Compose(operators.Map(double), stage.Compose(operators.Async[int](1), operators.Map(double)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			tck.Processor(t, func() demand.Processor[int, int] { return flow.AsProcessor(s()) }, itself, one)
		})
	}
}
