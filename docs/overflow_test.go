package docs_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/source"
)

func Example_strategies() {
	ctx := context.Background()
	for _, o := range []demand.Overflow{demand.DropNewest, demand.DropOldest, demand.DropBuffer} {
		q := source.Queue[int](3, o)
		for v := range 5 {
			if err := q.Offer(ctx, v); err != nil {
				fmt.Println(err)
			}
		}
		q.Close()
		got, err := flow.Collect(ctx, flow.From(q))
		fmt.Println(o, got, err, q.Stats().Dropped)
	}
	// Output:
	// drop_newest [0 1 2] <nil> map[drop_newest:2]
	// drop_oldest [2 3 4] <nil> map[drop_oldest:2]
	// drop_buffer [3 4] <nil> map[drop_buffer:3]
}

func Example_shed() {
	q := source.Queue[int](3, demand.Shed)
	for v := range 4 {
		err := q.Offer(context.Background(), v)
		var over *demand.OverloadError
		if errors.As(err, &over) {
			fmt.Println(v, "refused:", over.Reason, over.Depth, "held, try again in", over.RetryAfter.Round(10*time.Millisecond))
		}
	}
	// Output: 3 refused: shed 3 held, try again in 30ms
}

func Example_priority() {
	q := source.QueueWith(demand.BufferConfig[int]{
		Capacity: 3,
		Overflow: demand.Shed,
		Priority: func(v int) int { return v / 10 },
		OnDrop:   func(v int, reason string) { fmt.Println("dropped", v, reason) },
	})
	for _, v := range []int{11, 1, 21, 31} {
		if err := q.Offer(context.Background(), v); err != nil {
			fmt.Println(err)
		}
	}
	q.Close()
	fmt.Println(flow.Collect(context.Background(), flow.From(q)))
	// Output:
	// dropped 1 shed_priority
	// [31 21 11] <nil>
}
