//go:build go1.27

package flow_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

func TestMethodMapKeyed(t *testing.T) {
	f := numbered()
	key := func(int) bool { return true }
	call := func(_ context.Context, v int) (string, error) { return strconv.Itoa(v), nil }
	got := printed(f.MapKeyed(key, call, stage.Workers(2)))
	if want := printed(flow.Via(f, operators.MapKeyed(key, call, stage.Workers(2)))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
