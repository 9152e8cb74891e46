package flow_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestMethodsOfErrors(t *testing.T) {
	wrap := func(error) error { return errors.New("wrapped") }
	match := func(error) bool { return true }
	next := func(error) (stage.Source[int], bool) { return source.Range(7, 9), true }
	var ks operators.KillSwitch
	ks.Abort(nil)
	var valve operators.Valve
	hooks := operators.Hooks{}
	quiet := slog.New(slog.DiscardHandler)
	f := numbered()
	for name, c := range map[string]struct {
		method flow.Flow[int]
		op     stage.Stage[int, int]
	}{
		"WrapError":       {f.WrapError(wrap), operators.WrapError[int](wrap)},
		"OnErrorComplete": {f.OnErrorComplete(match), operators.OnErrorComplete[int](match)},
		"RecoverWith":     {f.RecoverWith(next), operators.RecoverWith(next)},
		"Kill":            {f.Kill(&ks), operators.Kill[int](&ks)},
		"Gate":            {f.Gate(&valve), operators.Gate[int](&valve)},
		"Monitor":         {f.Monitor(hooks), operators.Monitor[int](hooks)},
		"DoOnComplete":    {f.DoOnComplete(func() {}), operators.DoOnComplete[int](func() {})},
		"DoOnError":       {f.DoOnError(func(error) {}), operators.DoOnError[int](func(error) {})},
		"DoOnCancel":      {f.DoOnCancel(func(error) {}), operators.DoOnCancel[int](func(error) {})},
		"Log":             {f.Log(quiet, slog.LevelInfo), operators.Log[int](quiet, slog.LevelInfo)},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := flow.Collect(context.Background(), c.method)
			want, wantErr := flow.Collect(context.Background(), f.Via(c.op))
			if !slices.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Errorf("got %v, %v; the operator gives %v, %v", got, err, want, wantErr)
			}
		})
	}
}
