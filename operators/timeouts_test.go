package operators_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

var timeouts = map[string]func(time.Duration, ...stage.Option) stage.Stage[int, int]{
	"InitialTimeout":    operators.InitialTimeout[int],
	"IdleTimeout":       operators.IdleTimeout[int],
	"CompletionTimeout": operators.CompletionTimeout[int],
}

func TestTimeouts(t *testing.T) {
	for what, c := range map[string]struct {
		name string
		in   flow.Flow[int]
		slow time.Duration // of the sink
		n    int
		ends time.Duration
		ok   bool
	}{
		"no first element":             {"InitialTimeout", timeline(nil), 0, 0, 100 * ms, false},
		"a first element":              {"InitialTimeout", timeline(demand.ErrCompleted, 99*ms, 900*ms), 0, 2, 900 * ms, true},
		"a slow sink is not idle":      {"InitialTimeout", timeline(demand.ErrCompleted, 0, 0), 300 * ms, 2, 600 * ms, true},
		"silence":                      {"IdleTimeout", timeline(nil, 0, 99*ms), 0, 2, 199 * ms, false},
		"silence from the beginning":   {"IdleTimeout", timeline(nil), 0, 0, 100 * ms, false},
		"never idle":                   {"IdleTimeout", timeline(demand.ErrCompleted, 50*ms, 149*ms, 240*ms), 0, 3, 240 * ms, true},
		"a slow sink":                  {"IdleTimeout", timeline(demand.ErrCompleted, 0, 120*ms), 150 * ms, 1, 150 * ms, false},
		"no end":                       {"CompletionTimeout", timeline(nil, 0, 60*ms), 0, 2, 100 * ms, false},
		"no end, and a link":           {"CompletionTimeout", timeline(nil, every(30*ms, 9)...).Via(operators.Async[int](3)), 0, 4, 100 * ms, false},
		"an end":                       {"CompletionTimeout", timeline(demand.ErrCompleted, 0, 99*ms), 0, 2, 99 * ms, true},
		"no end, as the source sleeps": {"CompletionTimeout", sleepers(time.Hour), 0, 1, 100 * ms, false},
	} {
		for _, window := range []int{1, 7} {
			t.Run(what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					begun := time.Now()
					got, err := watch(t, c.in.Via(timeouts[c.name](100*ms)), c.slow, stage.Window(window, window))
					if errors.Is(err, operators.ErrTimeout) == c.ok || c.ok && err != nil || len(got) != c.n || time.Since(begun) != c.ends {
						t.Errorf("got %v after %s, error %v", got, time.Since(begun), err)
					}
				})
			})
		}
	}
}

// A merge asks without waiting, a batch for a while.
func TestTimeoutsHeedPatience(t *testing.T) {
	for name, make := range timeouts {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			f := timeline(nil).Via(make(100 * ms))
			err := flow.Merge(f, timeline(nil, 10*ms)).To(sink.Discard[int]()).Run(t.Context())
			if !errors.Is(err, operators.ErrTimeout) || time.Since(begun) != 100*ms {
				t.Errorf("%s: ended after %s with %v", name, time.Since(begun), err)
			}
		})
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			f := flow.Via(timeline(nil).Via(make(100*ms)), operators.Batch[int](3, 30*ms))
			if _, err := watch(t, f, 0); !errors.Is(err, operators.ErrTimeout) || time.Since(begun) != 100*ms {
				t.Errorf("%s: ended after %s with %v", name, time.Since(begun), err)
			}
		})
	}
}

func TestEndsOfTimeouts(t *testing.T) {
	why := errors.New("stop here")
	for name, make := range timeouts {
		for _, drains := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				r, got, err := start(t, timeline(nil, 0, time.Second).Via(make(time.Hour)), 7)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if drains {
					err = r.Drain(t.Context())
				} else if err = r.Stop(why); errors.Is(err, why) {
					err = nil
				}
				if err != nil || time.Since(begun) != time.Minute || len(*got) != 2 {
					t.Errorf("%s ended with %v after %s and %v", name, err, time.Since(begun), *got)
				}
			})
		}
	}
}

func TestRulesOfTimeouts(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for name, make := range timeouts {
		t.Run(name, func(t *testing.T) {
			stagetest.Rules(t, func() stage.Stage[int, int] { return make(time.Minute) }, samples, stagetest.Want(samples...))
		})
	}
}

func TestMistakesInTimeouts(t *testing.T) {
	for name, make := range timeouts {
		if err := make(0).Meta().Err; err == nil || err.Error() != "time must be positive, is 0s" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
