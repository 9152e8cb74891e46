//go:build go1.27

package flow_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// printed returns what comes out of a flow, and its error, as text.
func printed[T any](f flow.Flow[T]) string {
	all, err := flow.Collect(context.Background(), f)
	return fmt.Sprint(all, err)
}

func TestGenericMethods(t *testing.T) {
	f := numbered()
	half := func(v int) float64 { return float64(v) / 2 }
	parse := func(v int) (string, error) {
		if v == 13 {
			return "", errors.New("unlucky")
		}
		return strconv.Itoa(v), nil
	}
	call := func(ctx context.Context, v int) (string, error) { return strconv.Itoa(v), ctx.Err() }
	odd := func(v int) (string, bool) { return strconv.Itoa(v), v%2 == 1 }
	twice := func(v int) []int { return []int{v, v} }
	pairs := func(v int) iter.Seq[string] { return slices.Values([]string{"a", strconv.Itoa(v)}) }
	sum := func(a float64, v int) float64 { return a + float64(v) }
	tens := func(v int) int { return v / 10 }
	for name, got := range map[string][2]string{
		"Map":        {printed(f.Map(half)), printed(flow.Via(f, operators.Map(half)))},
		"MapErr":     {printed(f.MapErr(parse)), printed(flow.Via(f, operators.MapErr(parse)))},
		"MapContext": {printed(f.MapContext(call, stage.Workers(2))), printed(flow.Via(f, operators.MapContext(call, stage.Workers(2))))},
		"FilterMap":  {printed(f.FilterMap(odd)), printed(flow.Via(f, operators.FilterMap(odd)))},
		"FlatMap":    {printed(f.FlatMap(twice)), printed(flow.Via(f, operators.FlatMap(twice)))},
		"FlatMapSeq": {printed(f.FlatMapSeq(pairs)), printed(flow.Via(f, operators.FlatMapSeq(pairs)))},
		"Scan":       {printed(f.Scan(0.5, sum)), printed(flow.Via(f, operators.Scan(0.5, sum)))},
		"DistinctBy": {printed(f.DistinctBy(tens, 3)), printed(flow.Via(f, operators.DistinctBy(tens, 3)))},
		"Batch":      {printed(f.Batch(3, time.Hour)), printed(flow.Via(f, operators.Batch[int](3, time.Hour)))},
		"Sliding":    {printed(f.Sliding(3, 2)), printed(flow.Via(f, operators.Sliding[int](3, 2)))},
	} {
		if got[0] != got[1] || len(got[0]) < 20 {
			t.Errorf("%s: the method gives %s, the operator %s", name, got[0], got[1])
		}
	}
}

// What Batch and Sliding return is a flow of slices like any other.
func TestSlicesOfMethods(t *testing.T) {
	var f flow.Flow[[]int] = flow.From(source.Range(0, 7)).Batch(3, 0)
	if got := printed(flow.Via(f, operators.Unbatch[int]())); got != "[0 1 2 3 4 5 6] <nil>" {
		t.Error(got)
	}
	deep := f.Batch(2, 0).Sliding(1, 1)
	if got := printed(deep); got != "[[[[0 1 2] [3 4 5]]] [[[6]]]] <nil>" {
		t.Error(got)
	}
	if got := printed(f.Map(func(b []int) int { return len(b) }).Scan(0, func(a, v int) int { return a + v })); got != "[3 6 7] <nil>" {
		t.Error(got)
	}
}

func TestGenericMethodsTakeOptions(t *testing.T) {
	f := flow.From(source.Range(0, 3)).
		Map(strconv.Itoa, stage.Name("a")).MapErr(strconv.Atoi, stage.Name("b")).
		MapContext(func(_ context.Context, v int) (int, error) { return v, nil }, stage.Name("c")).
		FilterMap(func(v int) (int, bool) { return v, true }, stage.Name("d")).
		FlatMap(func(v int) []int { return []int{v} }, stage.Name("e")).
		FlatMapSeq(func(v int) iter.Seq[int] { return slices.Values([]int{v}) }, stage.Name("f")).
		Scan(0, func(_, v int) int { return v }, stage.Name("g")).
		DistinctBy(func(v int) int { return v }, 9, stage.Name("h")).
		Batch(1, 0, stage.Name("i")).Sliding(1, 1, stage.Name("j"))
	r, err := f.To(sink.Discard[[][]int]()).Start(t.Context())
	if err == nil {
		err = r.Wait()
	}
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq("abcdefghij", "") {
		if _, ok := r.Snapshot().Stage(name); !ok {
			t.Errorf("no stage is called %s", name)
		}
	}
}

func ExampleFlow_Map() {
	lines := []string{"12", "x", "7", "30", "7"}
	err := flow.From(source.Slice(lines)).
		MapErr(strconv.Atoi, stage.OnError(stage.Skip())).
		DistinctBy(func(v int) int { return v }, 100).
		Map(func(v int) float64 { return float64(v) / 10 }).
		Batch(2, time.Second).
		Buffer(10, demand.Block).
		To(sink.ForEach(func(b []float64) error {
			fmt.Println(b)
			return nil
		})).
		Run(context.Background())
	fmt.Println(err)
	// Output:
	// [1.2 0.7]
	// [3]
	// <nil>
}
