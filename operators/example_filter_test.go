package operators_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
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

func ExampleFold() {
	length := func(n int, word string) int { return n + len(word) }
	show(flow.Via(flow.From(source.Slice([]string{"to", "be", "or", "not"})), operators.Fold(0, length)))
	// Output: 9
}

func ExampleReduce() {
	largest := func(a, b int) int { return max(a, b) }
	show(flow.From(source.Slice([]int{3, 1, 4, 1, 5, 2})).Via(operators.Reduce(largest)))
	// Output: 5
}

func ExampleStatefulMap() {
	// A sentence ends with a word that has a dot.
	none := func() string { return "" }
	add := func(open, word string) (string, []string) {
		open = strings.TrimSpace(open + " " + word)
		if strings.HasSuffix(word, ".") {
			return "", []string{open}
		}
		return open, nil
	}
	rest := func(open string) []string { return []string{open + "…"} }
	words := flow.From(source.Slice([]string{"It", "rains.", "Water", "flows.", "The", "weir"}))
	show(words.Via(operators.StatefulMap(none, add, rest)))
	// Output: It rains. Water flows. The weir…
}

func ExamplePairwise() {
	steps := func(p [2]int) int { return p[1] - p[0] }
	pairs := flow.Via(flow.From(source.Slice([]int{3, 4, 9, 7})), operators.Pairwise[int]())
	show(flow.Via(pairs, operators.Map(steps)))
	// Output: 1 5 -2
}

func ExampleWithIndex() {
	show(flow.Via(flow.From(source.Slice([]string{"a", "b"})), operators.WithIndex[string]()))
	// Output: {0 a} {1 b}
}

func ExampleEveryNth() {
	show(flow.From(source.Range(1, 11)).Via(operators.EveryNth[int](3)))
	// Output: 3 6 9
}

func ExampleSampleShare() {
	sample := flow.From(source.Range(0, 1000)).Via(operators.SampleShare[int](0.01, 42))
	once, _ := flow.Collect(context.Background(), sample)
	again, _ := flow.Collect(context.Background(), sample)
	fmt.Println(len(once) < 50, slices.Equal(once, again))
	// Output: true true
}

func ExampleIgnoreElements() {
	show(flow.From(source.Range(0, 3)).Via(operators.Peek(func(v int) { fmt.Print(v, ";") })).Via(operators.IgnoreElements[int]()))
	// Output: 0;1;2;
}

func ExampleFilterMapErr() {
	positive := func(s string) (int, bool, error) {
		n, err := strconv.Atoi(s)
		return n, n > 0, err
	}
	words := flow.From(source.Slice([]string{"1", "-2", "three", "4"}))
	show(flow.Via(words, operators.FilterMapErr(positive, stage.OnError(stage.Skip()))))
	// Output: 1 4
}

func ExampleFlatMapErr() {
	numbers := func(line string) ([]int, error) {
		var a, b int
		_, err := fmt.Sscanf(line, "%d-%d", &a, &b)
		return []int{a, b}, err
	}
	lines := flow.From(source.Slice([]string{"1-2", "none", "3-4"}))
	show(flow.Via(lines, operators.FlatMapErr(numbers, stage.OnError(stage.Skip()))))
	// Output: 1 2 3 4
}
