package operators_test

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// show runs a flow and prints its elements in one line, then the error.
func show[T any](f flow.Flow[T]) {
	all, err := flow.Collect(context.Background(), f)
	for i, v := range all {
		if i > 0 {
			fmt.Print(" ")
		}
		fmt.Print(v)
	}
	fmt.Println()
	if err != nil {
		fmt.Println(err)
	}
}

func ExampleMap() {
	f := flow.Via(flow.From(source.Range(1, 6)), operators.Map(func(v int) int { return v * v }))
	show(f)
	// Output: 1 4 9 16 25
}

func ExampleMapErr() {
	words := flow.From(source.Slice([]string{"1", "2", "three", "4"}))
	show(flow.Via(words, operators.MapErr(strconv.Atoi, stage.Name("parse"))))
	show(flow.Via(words, operators.MapErr(strconv.Atoi, stage.OnError(stage.Skip()))))
	// Output:
	// 1 2
	// weir: stage "parse": strconv.Atoi: parsing "three": invalid syntax
	// 1 2 4
}

func ExampleMapContext() {
	// Stands for a call over the network.
	price := func(ctx context.Context, item string) (string, error) {
		return fmt.Sprint(item, "=", len(item)), ctx.Err()
	}
	items := flow.From(source.Slice([]string{"tea", "bread", "jam"}))
	show(flow.Via(items, operators.MapContext(price, stage.Workers(2))))
	// Output: tea=3 bread=5 jam=3
}

func ExampleFilter() {
	show(flow.From(source.Range(0, 10)).Via(operators.Filter(func(v int) bool { return v%2 == 1 })))
	// Output: 1 3 5 7 9
}

func ExampleFilterMap() {
	number := func(s string) (int, bool) {
		n, err := strconv.Atoi(s)
		return n, err == nil
	}
	show(flow.Via(flow.From(source.Slice([]string{"1", "two", "3"})), operators.FilterMap(number)))
	// Output: 1 3
}

func ExampleFlatMap() {
	lines := flow.From(source.Slice([]string{"to be or", "", "not to be"}))
	show(flow.Via(lines, operators.FlatMap(strings.Fields)))
	// Output: to be or not to be
}

func ExampleFlatMapSeq() {
	powers := func(v int) iter.Seq[int] {
		return func(yield func(int) bool) {
			for p := v; yield(p); p *= v {
			}
		}
	}
	// The sequences have no end; they are asked for what is wanted only.
	show(flow.Via(flow.From(source.Range(2, 5)), operators.FlatMapSeq(powers)).Via(operators.Take[int](6)))
	// Output: 2 4 8 16 32 64
}

func ExampleScan() {
	show(flow.Via(flow.From(source.Range(1, 6)), operators.Scan(0, func(sum, v int) int { return sum + v })))
	// Output: 1 3 6 10 15
}

func ExampleTake() {
	show(flow.From(source.Range(0, 1_000_000)).Via(operators.Take[int](3)))
	// Output: 0 1 2
}

func ExampleTakeWhile() {
	show(flow.From(source.Slice([]int{1, 2, 3, 9, 1})).Via(operators.TakeWhile(func(v int) bool { return v < 5 })))
	// Output: 1 2 3
}

func ExampleTakeUntil() {
	words := flow.From(source.Slice([]string{"fetch", "parse", "done", "fetch"}))
	show(words.Via(operators.TakeUntil(func(s string) bool { return s == "done" })))
	// Output: fetch parse done
}

func ExampleSkip() {
	show(flow.From(source.Range(0, 6)).Via(operators.Skip[int](4)))
	// Output: 4 5
}

func ExampleSkipWhile() {
	show(flow.From(source.Slice([]int{1, 2, 9, 1, 2})).Via(operators.SkipWhile(func(v int) bool { return v < 5 })))
	// Output: 9 1 2
}

func ExampleDistinct() {
	in := flow.From(source.Slice([]string{"a", "b", "a", "c", "b", "a"}))
	show(in.Via(operators.Distinct[string](100)))
	show(in.Via(operators.Distinct[string](2))) // c made it forget b, and b made it forget a
	// Output:
	// a b c
	// a b c b a
}

func ExampleDistinctBy() {
	words := flow.From(source.Slice([]string{"Oslo", "OSLO", "Bergen", "oslo"}))
	show(words.Via(operators.DistinctBy(strings.ToLower, 1000)))
	// Output: Oslo Bergen
}

func ExampleBatch() {
	show(flow.Via(flow.From(source.Range(0, 8)), operators.Batch[int](3, time.Second)))
	// Output: [0 1 2] [3 4 5] [6 7]
}

func ExampleUnbatch() {
	pages := [][]string{{"a", "b"}, {}, {"c"}}
	show(flow.Via(flow.From(source.Slice(pages)), operators.Unbatch[string]()))
	// Output: a b c
}

func ExampleSliding() {
	show(flow.Via(flow.From(source.Range(1, 7)), operators.Sliding[int](3, 2)))
	// Output: [1 2 3] [3 4 5] [5 6]
}

func ExamplePeek() {
	n := 0
	show(flow.From(source.Range(0, 4)).Via(operators.Peek(func(int) { n++ })))
	fmt.Println(n, "came by")
	// Output:
	// 0 1 2 3
	// 4 came by
}

func ExampleAsync() {
	f := flow.From(source.Range(0, 4)).Via(operators.Async[int](16))
	show(f)
	// Output: 0 1 2 3
}

func ExampleBuffer() {
	// Up to a thousand elements wait; of more, the oldest ones are dropped.
	f := flow.From(source.Range(0, 4)).Via(operators.Buffer[int](1000, demand.DropOldest))
	show(f)
	// Output: 0 1 2 3
}

func ExampleBufferWith() {
	dropped := 0
	f := flow.From(source.Range(0, 10_000)).Via(operators.BufferWith(demand.BufferConfig[int]{
		Capacity: 10,
		Overflow: demand.Shed,
		Priority: func(v int) int { return v % 2 }, // odd numbers first
		OnDrop:   func(v int, reason string) { dropped++ },
	}))
	got, err := flow.Collect(context.Background(), f)
	fmt.Println(len(got)+dropped, err)
	// Output: 10000 <nil>
}

func ExampleThrottle() {
	begun := time.Now()
	show(flow.From(source.Range(0, 5)).Via(operators.Throttle[int](1, time.Millisecond)))
	fmt.Println(time.Since(begun) >= 4*time.Millisecond)
	// Output:
	// 0 1 2 3 4
	// true
}

func ExampleTimeout() {
	ch := make(chan int, 1)
	ch <- 1
	show(flow.From(source.Chan(ch)).Via(operators.Timeout[int](10 * time.Millisecond)))
	// Output:
	// 1
	// weir: stage "timeout": weir: timeout: no element came for 10ms
}

func ExampleRecover() {
	numbers := flow.Via(flow.From(source.Slice([]string{"1", "2", "three", "4"})), operators.MapErr(strconv.Atoi))
	show(numbers.Via(operators.Recover(func(error) (int, bool) { return -1, true })))
	// Output: 1 2 -1
}
