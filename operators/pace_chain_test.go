package operators_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// paceLinks are the operators that look at when elements come, and those that
// turn the ends of a stream into elements and back, for random chains.
func paceLinks(n, m int) []link {
	key := func(v int) int { return v / m }
	return []link{
		{"Dedupe", operators.Dedupe(time.Hour, 10_000, key), func(in []item) (out []item) {
			seen := map[int]bool{}
			for _, e := range in {
				if !seen[key(e.v)] {
					seen[key(e.v)] = true
					out = append(out, e)
				}
			}
			return out
		}, false},
		{"SkipUntil", operators.SkipUntil(func(v int) bool { return v%m == n%m }), func(in []item) []item {
			if i := slices.IndexFunc(in, func(e item) bool { return e.v%m == n%m }); i >= 0 {
				return in[i:]
			}
			return nil
		}, false},
		{"Timestamp", stage.Compose(operators.Timestamp[int](), operators.Map(func(e operators.Timestamped[int]) int { return e.Value })), unchanged, false},
		{"TimeInterval", stage.Compose(operators.TimeInterval[int](), operators.Map(func(e operators.Interval[int]) int { return e.Value })), unchanged, false},
		{"Materialize", stage.Compose(operators.Materialize[int](), operators.Dematerialize[int]()), unchanged, false},
		{"KeepAlive", operators.KeepAlive(time.Hour, func() int { return -1 }), unchanged, false},
		{"ThrottleWith", operators.ThrottleWith(operators.ThrottleConfig[int]{Rate: 1_000_000, Per: time.Millisecond, Burst: 2000, Cost: func(v int) int { return v & 7 }}), unchanged, false},
		{"BackpressureTimeout", operators.BackpressureTimeout[int](time.Hour), unchanged, false},
	}
}

func TestPaceLinks(t *testing.T) {
	for _, in := range streams {
		var items []item
		for i, v := range in {
			items = append(items, item{v, int64(i) + 1})
		}
		for _, window := range []int{1, 7, 1024} {
			for _, k := range paceLinks(3, 4) {
				var l ledger
				got, err := collect(t, text(l.tracked(in, 4, demand.ErrCompleted).Via(k.op)), window)
				var want []arrival
				for _, e := range k.model(items) {
					want = append(want, arrival{fmt.Sprint(e.v), e.record})
				}
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("%s, window %d: got %v, want %v, error %v", k.what, window, got, want, err)
				}
				l.check(t, len(in))
			}
		}
	}
}

func TestMistakesInPace(t *testing.T) {
	for what, c := range map[string]struct {
		err  error
		want string
	}{
		"Dedupe, time":              {metaErr(operators.Dedupe(0, 1, self[int])), "time must be positive, is 0s"},
		"Dedupe, capacity":          {metaErr(operators.Dedupe(1, 0, self[int])), "capacity must be at least 1, is 0"},
		"Dedupe, function":          {metaErr(operators.Dedupe[int, int](1, 1, nil)), "function must not be nil"},
		"KeepAlive, time":           {metaErr(operators.KeepAlive(0, func() int { return 0 })), "time must be positive, is 0s"},
		"KeepAlive, function":       {metaErr(operators.KeepAlive[int](1, nil)), "function must not be nil"},
		"BackpressureTimeout, time": {metaErr(operators.BackpressureTimeout[int](0)), "time must be positive, is 0s"},
		"SkipUntil, function":       {metaErr(operators.SkipUntil[int](nil)), "function must not be nil"},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("%s: got %v, want %q", what, c.err, c.want)
		}
	}
}
