package operators_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func ExampleLatestWhileBusy() {
	// A screen shows the newest price only, however often prices come.
	prices := flow.From(source.Range(0, 1000)).Via(operators.LatestWhileBusy[int]())
	shown, err := flow.Fold(context.Background(), prices, 0, func(_, price int) int { return price })
	fmt.Println(shown, err)
	// Output: 999 <nil>
}

func ExampleDropWhileBusy() {
	// Presses of a button do nothing while the last one is at work.
	presses := flow.From(source.Range(0, 10)).Via(operators.Throttle[int](1, 10*time.Millisecond))
	slow := operators.Peek(func(int) { time.Sleep(time.Second) })
	n, err := flow.Fold(context.Background(),
		presses.Via(operators.DropWhileBusy[int]()).Via(slow).Via(operators.Skip[int](1)),
		0, func(n, _ int) int { return n + 1 })
	fmt.Println(n, "presses too many", err)
	// Output: 0 presses too many <nil>
}

func ExampleConflate() {
	// Deposits are added up while the book is busy; none is lost.
	deposits := flow.From(source.Range(1, 101))
	booked := deposits.Via(operators.Conflate(func(a, b int) int { return a + b }))
	sum, err := flow.Fold(context.Background(), booked, 0, func(a, v int) int { return a + v })
	fmt.Println(sum, err)
	// Output: 5050 <nil>
}

func ExampleConflateWith() {
	// How many elements came for each word since downstream asked last.
	words := flow.From(source.Slice([]string{"weir", "river", "weir", "weir"}))
	counts := flow.Via(words, operators.ConflateWith(
		func(w string) map[string]int { return map[string]int{w: 1} },
		func(n map[string]int, w string) map[string]int { n[w]++; return n },
	))
	total, err := flow.Fold(context.Background(), counts, 0, func(a int, n map[string]int) int { return a + n["weir"] })
	fmt.Println(total, err)
	// Output: 3 <nil>
}

func ExampleBatchWhileBusy() {
	// A model answers as many questions at once as have come meanwhile.
	questions := flow.From(source.Range(0, 100))
	batches := flow.Via(questions, operators.BatchWhileBusy[int](32))
	answers := flow.Via(batches, operators.FlatMap(func(batch []int) []int { return batch }))
	n, err := flow.Fold(context.Background(), answers, 0, func(n, _ int) int { return n + 1 })
	fmt.Println(n, err)
	// Output: 100 <nil>
}

func ExampleExpand() {
	// A screen wants a frame every millisecond, whether or not the scene changes.
	scenes := flow.Concat(flow.From(source.Slice([]string{"a"})), flow.From(source.Func(func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	})))
	frames := flow.Via(scenes, operators.Expand(func(scene string) iter.Seq[string] {
		return func(yield func(string) bool) {
			for n := 1; yield(fmt.Sprint(scene, n)); n++ {
			}
		}
	}))
	show(frames.Via(operators.Throttle[string](1, time.Millisecond)).Via(operators.Take[string](3)))
	// Output: a1 a2 a3
}

func ExampleExtrapolate() {
	// While no new position comes, guess that it goes on as before. Here each comes
	// in time, or there is nothing to guess.
	standing := func(int) iter.Seq[int] { return nil }
	show(flow.From(source.Slice([]int{3, 4, 8})).Via(operators.Extrapolate(standing, stage.Name("position"))))
	// Output: 3 4 8
}

func ExampleExtrapolateFrom() {
	// Something to begin with, before the first position is known.
	waiting := flow.From(source.Func(func(ctx context.Context) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}))
	guess := func(at int) iter.Seq[int] { return slices.Values([]int{at + 1, at + 2, at + 3}) }
	show(waiting.Via(operators.ExtrapolateFrom(40, guess)).Via(operators.Take[int](4)))
	// Output: 40 41 42 43
}
