package flow_test

import (
	"context"
	"fmt"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func ExampleMergePreferred() {
	urgent, routine := flow.From(source.Range(0, 3)), flow.From(source.Range(100, 200))
	sum, err := flow.Fold(context.Background(), flow.MergePreferred(urgent, routine), 0, func(sum, n int) int { return sum + n })
	fmt.Println(sum, err)
	// Output: 14953 <nil>
}

func ExampleMergePrioritized() {
	paid, free := flow.From(source.Range(0, 300)), flow.From(source.Range(1000, 1100))
	counts, err := flow.Fold(context.Background(), flow.MergePrioritized([]int{30, 10}, paid, free), [2]int{}, func(n [2]int, v int) [2]int {
		n[v/1000]++
		return n
	})
	fmt.Println(counts, err)
	// Output: [300 100] <nil>
}

func ExampleRace() {
	replica := func(name string, n int) flow.Flow[string] {
		return flow.Via(flow.From(source.Range(0, n)), operators.Map(func(v int) string { return fmt.Sprint(name, v) }))
	}
	never := flow.From(source.Chan(make(chan string)))
	got, err := flow.Collect(context.Background(), flow.Race(never, replica("b", 3)))
	fmt.Println(got, err)
	// Output: [b0 b1 b2] <nil>
}

func ExampleMergePreferredWith() {
	urgent, routine := flow.From(source.Range(0, 3)), flow.From(source.Range(100, 200))
	f := flow.MergePreferredWith(urgent, []flow.Flow[int]{routine}, stage.Capacity(16), stage.Name("lanes"))
	n, err := flow.Fold(context.Background(), f, 0, func(n, _ int) int { return n + 1 })
	fmt.Println(n, err)
	// Output: 103 <nil>
}

func ExampleMergePrioritizedWith() {
	both := []flow.Flow[int]{flow.From(source.Range(0, 3)), flow.From(source.Range(0, 3))}
	_, err := flow.Collect(context.Background(), flow.MergePrioritizedWith([]int{1, 20}, both, stage.Capacity(16)))
	fmt.Println(err)
	// Output: weir: stage "mergeprioritized": weight must be from 1 to the capacity of a link, 16, is 20
}

func ExampleRaceWith() {
	cache, origin := flow.From(source.Slice([]string{"cached"})), flow.From(source.Chan(make(chan string)))
	got, err := flow.Collect(context.Background(), flow.RaceWith([]flow.Flow[string]{origin, cache}, stage.Capacity(1)))
	fmt.Println(got, err)
	// Output: [cached] <nil>
}

func ExampleCombineLatest() {
	price, amount := flow.From(source.Slice([]int{10, 12})), flow.From(source.Slice([]int{3}))
	totals, err := flow.Collect(context.Background(), flow.CombineLatest(price, amount, func(p, n int) int { return p * n }))
	fmt.Println(totals[len(totals)-1], err) // whether 30 comes before it is a matter of time
	// Output: 36 <nil>
}

func ExampleZipLatest() {
	a, b := flow.From(source.Slice([]int{1})), flow.From(source.Chan(make(chan int)))
	got, err := flow.Collect(context.Background(), flow.ZipLatest(a, b, func(a, b int) int { return a + b }))
	fmt.Println(got, err) // a has completed, b has given nothing
	// Output: [] <nil>
}

func ExampleWithLatestFrom() {
	orders, rate := flow.From(source.Slice([]float64{10, 20})), flow.From(source.Slice([]float64{1.5}))
	got, err := flow.Collect(context.Background(), flow.WithLatestFrom(orders, rate, func(o, r float64) float64 { return o * r }))
	fmt.Println(got, err)
	// Output: [15 30] <nil>
}
