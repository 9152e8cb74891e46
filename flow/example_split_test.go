package flow_test

import (
	"context"
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

func ExampleFlow_DivertTo() {
	var long []string
	short, err := flow.Collect(context.Background(), words("a weir is a small dam").
		DivertTo(sink.Slice(&long), func(w string) bool { return len(w) > 2 }))
	fmt.Println(short, long, err)
	// Output: [a is a] [weir small dam] <nil>
}

func ExampleFlow_WireTap() {
	seen := 0
	got, err := flow.Collect(context.Background(), words("what flows by").
		WireTap(sink.ForEach(func(string) error { seen++; return nil })))
	fmt.Println(got, seen, err)
	// Output: [what flows by] 3 <nil>
}

func ExampleUnzip() {
	names, lengths := flow.Unzip(words("a weir holds"), func(w string) (string, int) { return w, len(w) })
	var sizes []int
	var all []string
	err := flow.Run(context.Background(), names.To(sink.Slice(&all)), lengths.To(sink.Slice(&sizes)))
	fmt.Println(all, sizes, err)
	// Output: [a weir holds] [1 4 5] <nil>
}

func ExampleNewMergeHub() {
	ctx := context.Background()
	hub := flow.NewMergeHub[int](100)
	var sum int
	consumer, _ := flow.From(hub.Source()).To(sink.ForEach(func(v int) error { sum += v; return nil })).Start(ctx)
	for range 3 { // producers come and go
		_ = flow.From(source.Range(0, 10)).To(hub.Sink()).Run(ctx)
	}
	hub.Close()
	fmt.Println(consumer.Wait(), sum)
	// Output: <nil> 135
}

func ExampleNewBroadcastHub() {
	ctx := context.Background()
	hub := flow.NewBroadcastHub[int]()
	var first []int
	sum := 0
	a, _ := flow.From(hub.Source(16, demand.Block)).Take(3).To(sink.Slice(&first)).Start(ctx)
	b, _ := flow.From(hub.Source(16, demand.Block)).To(sink.ForEach(func(v int) error { sum += v; return nil })).Start(ctx)
	err := flow.From(source.Range(0, 100)).To(hub.Sink()).Run(ctx)
	fmt.Println(err, a.Wait(), b.Wait(), first, sum)
	// Output: <nil> <nil> <nil> [0 1 2] 4950
}

func ExampleNewPartitionHub() {
	ctx := context.Background()
	hub := flow.NewPartitionHub(func(v int, present []flow.Consumer) int { return v % len(present) })
	var even, odd []int
	a, _ := flow.From(hub.Source(16, demand.Block)).To(sink.Slice(&even)).Start(ctx)
	b, _ := flow.From(hub.Source(16, demand.Block)).To(sink.Slice(&odd)).Start(ctx)
	err := flow.From(source.Range(0, 8)).To(hub.Sink()).Run(ctx)
	fmt.Println(err, a.Wait(), b.Wait(), even, odd)
	// Output: <nil> <nil> <nil> [0 2 4 6] [1 3 5 7]
}
