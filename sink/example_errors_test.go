package sink_test

import (
	"cmp"
	"context"
	"fmt"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// to runs a few numbers into a sink.
func to(s stage.Sink[int]) {
	if err := flow.From(source.Slice([]int{3, 1, 4, 1, 5})).To(s).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
}

func ExampleCount() {
	var n int64
	to(sink.Count[int](&n))
	fmt.Println(n)
	// Output: 5
}

func ExampleFold() {
	sum := 0
	to(sink.Fold(&sum, func(sum, v int) int { return sum + v }))
	fmt.Println(sum)
	// Output: 14
}

func ExampleReduce() {
	var product int
	var ok bool
	to(sink.Reduce(&product, &ok, func(a, b int) int { return a * b }))
	fmt.Println(product, ok)
	// Output: 60 true
}

func ExampleFirst() {
	var v int
	var ok bool
	to(sink.First(&v, &ok))
	fmt.Println(v, ok)
	// Output: 3 true
}

func ExampleLast() {
	var v int
	var ok bool
	to(sink.Last(&v, &ok))
	fmt.Println(v, ok)
	// Output: 5 true
}

func ExampleMin() {
	var v int
	var ok bool
	to(sink.Min(&v, &ok, cmp.Compare[int]))
	fmt.Println(v, ok)
	// Output: 1 true
}

func ExampleMax() {
	var v int
	var ok bool
	to(sink.Max(&v, &ok, cmp.Compare[int]))
	fmt.Println(v, ok)
	// Output: 5 true
}

func ExampleToMap() {
	var odd map[bool]int
	to(sink.ToMap(&odd, func(v int) bool { return v%2 == 1 }))
	fmt.Println(odd)
	// Output: map[false:4 true:5]
}

func ExampleAny() {
	var ok bool
	to(sink.Any(&ok, func(v int) bool { return v == 4 }))
	fmt.Println(ok)
	// Output: true
}

func ExampleAll() {
	var ok bool
	to(sink.All(&ok, func(v int) bool { return v < 4 }))
	fmt.Println(ok)
	// Output: false
}
