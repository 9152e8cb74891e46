//go:build go1.27

package flow_test

import (
	"strconv"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
)

func TestMethodFeedback(t *testing.T) {
	f := numbered()
	body := operators.Map(func(v int) string { return strconv.Itoa(v * 3) })
	again := func(s string) (int, bool) { return len(s) + 10, len(s) == 1 }
	got := printed(f.Feedback(body, again, 5, demand.Fail))
	if want := printed(flow.Via(f, operators.Feedback(body, again, 5, demand.Fail))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
