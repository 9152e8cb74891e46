package flow_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestFilterMethods(t *testing.T) {
	f := flow.From(source.Range(0, 40))
	sum := func(a, v int) int { return a + v }
	named := stage.Name("mine")
	for name, c := range map[string]struct {
		method flow.Flow[int]
		op     stage.Stage[int, int]
	}{
		"First":          {f.First(named), operators.First[int]()},
		"ElementAt":      {f.ElementAt(3, named), operators.ElementAt[int](3)},
		"Last":           {f.Last(named), operators.Last[int]()},
		"TakeLast":       {f.TakeLast(3, named), operators.TakeLast[int](3)},
		"SkipLast":       {f.SkipLast(3, named), operators.SkipLast[int](3)},
		"Reduce":         {f.Reduce(sum, named), operators.Reduce(sum)},
		"EveryNth":       {f.EveryNth(3, named), operators.EveryNth[int](3)},
		"SampleShare":    {f.SampleShare(0.5, 9, named), operators.SampleShare[int](0.5, 9)},
		"IgnoreElements": {f.IgnoreElements(named), operators.IgnoreElements[int]()},
	} {
		got, err := flow.Collect(t.Context(), c.method)
		want, wantErr := flow.Collect(t.Context(), f.Via(c.op))
		if !slices.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("%s: got %v, %v; the operator gives %v, %v", name, got, err, want, wantErr)
		}
	}
}
