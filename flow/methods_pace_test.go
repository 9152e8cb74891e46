package flow_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

func TestPaceMethods(t *testing.T) {
	f := numbered()
	big := func(v int) bool { return v > 30 }
	limit := operators.ThrottleConfig[int]{Rate: 1, Per: time.Hour, Burst: 100, Mode: operators.Enforcing}
	named := stage.Name("mine")
	for name, c := range map[string]struct {
		method flow.Flow[int]
		op     stage.Stage[int, int]
	}{
		"BackpressureTimeout": {f.BackpressureTimeout(time.Hour, named), operators.BackpressureTimeout[int](time.Hour)},
		"KeepAlive":           {f.KeepAlive(time.Hour, func() int { return 0 }, named), operators.KeepAlive(time.Hour, func() int { return 0 })},
		"ThrottleWith":        {f.ThrottleWith(limit, named), operators.ThrottleWith(limit)},
		"SkipUntil":           {f.SkipUntil(big, named), operators.SkipUntil(big)},
	} {
		got, err := flow.Collect(t.Context(), c.method)
		want, wantErr := flow.Collect(t.Context(), f.Via(c.op))
		if !slices.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("%s: got %v, %v; the operator gives %v, %v", name, got, err, want, wantErr)
		}
	}
}
