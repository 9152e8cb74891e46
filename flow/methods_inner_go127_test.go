//go:build go1.27

package flow_test

import (
	"strconv"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestMethodsOfSources(t *testing.T) {
	f := numbered()
	fn := func(v int) stage.Source[string] { return source.Slice([]string{strconv.Itoa(v), "x"}) }
	for name, got := range map[string][2]string{
		"SwitchMap":  {printed(f.Take(1).SwitchMap(fn)), printed(flow.Via(f.Take(1), operators.SwitchMap(fn)))},
		"ExhaustMap": {printed(f.Take(1).ExhaustMap(fn)), printed(flow.Via(f.Take(1), operators.ExhaustMap(fn)))},
		"MergeMap":   {printed(f.Take(30).MergeMap(1, fn)), printed(flow.Via(f.Take(30), operators.MergeMap(1, fn)))},
		"ConcatMap":  {printed(f.ConcatMap(fn)), printed(flow.Via(f, operators.ConcatMap(fn)))},
	} {
		if got[0] != got[1] || len(got[0]) < 10 {
			t.Errorf("%s: the method gives %s, the operator %s", name, got[0], got[1])
		}
	}
}
