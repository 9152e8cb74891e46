//go:build go1.27

package flow_test

import (
	"testing"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
)

func TestPaceMethodsThatChangeTheType(t *testing.T) {
	f := numbered()
	decade := func(v int) int { return v / 10 }
	for name, c := range map[string]struct{ got, want string }{
		"Dedupe": {printed(f.Dedupe(time.Hour, 9, decade)), printed(flow.Via(f, operators.Dedupe(time.Hour, 9, decade)))},
		"Timestamp": {
			printed(flow.Via(f.Timestamp(), operators.Map(func(e operators.Timestamped[int]) int { return e.Value }))),
			printed(f),
		},
		"TimeInterval": {
			printed(flow.Via(f.TimeInterval(), operators.Map(func(e operators.Interval[int]) int { return e.Value }))),
			printed(f),
		},
		"Materialize": {printed(f.Materialize()), printed(flow.Via(f, operators.Materialize[int]()))},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %s, want %s", name, c.got, c.want)
		}
	}
}
