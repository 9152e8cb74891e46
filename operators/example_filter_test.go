package operators_test

import (
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

func ExampleDistinctUntilChanged() {
	show(flow.From(source.Slice([]string{"on", "on", "off", "off", "on"})).Via(operators.DistinctUntilChanged[string]()))
	// Output: on off on
}

func ExampleDistinctUntilChangedBy() {
	decade := func(year int) int { return year / 10 }
	show(flow.From(source.Slice([]int{1984, 1989, 1990, 1999, 2001})).Via(operators.DistinctUntilChangedBy(decade)))
	// Output: 1984 1990 2001
}

func ExampleFirst() {
	show(flow.From(source.Slice([]string{"a", "b", "c"})).Via(operators.First[string]()))
	// Output: a
}

func ExampleElementAt() {
	show(flow.From(source.Slice([]string{"a", "b", "c"})).Via(operators.ElementAt[string](1)))
	// Output: b
}

func ExampleLast() {
	show(flow.From(source.Slice([]string{"a", "b", "c"})).Via(operators.Last[string]()))
	// Output: c
}

func ExampleTakeLast() {
	show(flow.From(source.Range(0, 10)).Via(operators.TakeLast[int](3)))
	// Output: 7 8 9
}

func ExampleSkipLast() {
	show(flow.From(source.Range(0, 10)).Via(operators.SkipLast[int](3)))
	// Output: 0 1 2 3 4 5 6
}
