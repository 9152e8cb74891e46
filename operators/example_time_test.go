package operators_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

func ExampleDebounce() {
	// Letters that follow each other quickly: only the last state counts.
	typed := flow.From(source.Slice([]string{"w", "we", "wei", "weir"}))
	show(typed.Via(operators.Debounce[string](time.Minute)))
	// Output: weir
}

func ExampleSampleTime() {
	// All come within one period.
	show(flow.From(source.Range(0, 1000)).Via(operators.SampleTime[int](time.Hour)))
	// Output: 999
}

func ExampleAudit() {
	// All come within one period.
	show(flow.From(source.Range(0, 1000)).Via(operators.Audit[int](time.Hour)))
	// Output: 999
}

func ExampleDelay() {
	show(flow.From(source.Range(0, 5)).Via(operators.Delay[int](10*time.Millisecond, 100)))
	// Output: 0 1 2 3 4
}

func ExampleTakeFor() {
	// Upstream is through long before.
	show(flow.From(source.Range(0, 5)).Via(operators.TakeFor[int](time.Hour)))
	// Output: 0 1 2 3 4
}

func ExampleSkipFor() {
	begun := time.Now()
	n, err := flow.Fold(context.Background(),
		flow.From(source.Func(func(context.Context) (int, error) { return 1, nil })).
			Via(operators.SkipFor[int](10*time.Millisecond)).
			Via(operators.Take[int](3)),
		0, func(a, v int) int { return a + v })
	fmt.Println(n, time.Since(begun) >= 10*time.Millisecond, err)
	// Output: 3 true <nil>
}

func ExampleInitialTimeout() {
	// A source that never has anything.
	never := flow.From(source.Chan(make(chan int)))
	_, err := flow.Collect(context.Background(), never.Via(operators.InitialTimeout[int](10*time.Millisecond)))
	fmt.Println(errors.Is(err, operators.ErrTimeout))
	// Output: true
}

func ExampleIdleTimeout() {
	// A source that never has anything.
	never := flow.From(source.Chan(make(chan int)))
	_, err := flow.Collect(context.Background(), never.Via(operators.IdleTimeout[int](10*time.Millisecond)))
	fmt.Println(errors.Is(err, operators.ErrTimeout))
	// Output: true
}

func ExampleCompletionTimeout() {
	// A source that never has anything.
	never := flow.From(source.Chan(make(chan int)))
	_, err := flow.Collect(context.Background(), never.Via(operators.CompletionTimeout[int](10*time.Millisecond)))
	fmt.Println(errors.Is(err, operators.ErrTimeout))
	// Output: true
}

func ExampleInitialDelay() {
	show(flow.From(source.Range(0, 5)).Via(operators.InitialDelay[int](10 * time.Millisecond)))
	// Output: 0 1 2 3 4
}
