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

func TestMethodsOfTime(t *testing.T) {
	f := numbered()
	for name, c := range map[string]struct {
		method flow.Flow[int]
		op     stage.Stage[int, int]
	}{
		"Debounce":          {f.Debounce(time.Hour), operators.Debounce[int](time.Hour)},
		"SampleTime":        {f.SampleTime(24 * 365 * time.Hour), operators.SampleTime[int](24 * 365 * time.Hour)},
		"Audit":             {f.Audit(time.Hour), operators.Audit[int](time.Hour)},
		"InitialDelay":      {f.InitialDelay(time.Millisecond), operators.InitialDelay[int](time.Millisecond)},
		"CompletionTimeout": {f.CompletionTimeout(time.Hour), operators.CompletionTimeout[int](time.Hour)},
		"IdleTimeout":       {f.IdleTimeout(time.Hour), operators.IdleTimeout[int](time.Hour)},
		"InitialTimeout":    {f.InitialTimeout(time.Hour), operators.InitialTimeout[int](time.Hour)},
		"TakeFor":           {f.TakeFor(time.Hour), operators.TakeFor[int](time.Hour)},
		"SkipFor":           {f.SkipFor(time.Hour), operators.SkipFor[int](time.Hour)},
		"Delay":             {f.Delay(time.Millisecond, 7), operators.Delay[int](time.Millisecond, 7)},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := flow.Collect(t.Context(), c.method)
			want, wantErr := flow.Collect(t.Context(), f.Via(c.op))
			if !slices.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Errorf("got %v, %v; the operator gives %v, %v", got, err, want, wantErr)
			}
		})
	}
}
