package operators_test

import (
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
