package operators_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
)

// timeLinks are the operators that keep time, with times that do not depend on
// how quick the machine is.
func timeLinks(_, _ int) []link {
	last := func(in []item) []item { return in[max(0, len(in)-1):] }
	return []link{
		{"Debounce", operators.Debounce[int](time.Hour), last, false},
		{"SampleTime", operators.SampleTime[int](24 * 365 * time.Hour), last, false},
		{"Audit", operators.Audit[int](time.Hour), last, false},
		{"InitialDelay", operators.InitialDelay[int](time.Millisecond), unchanged, false},
		{"CompletionTimeout", operators.CompletionTimeout[int](time.Hour), unchanged, false},
		{"IdleTimeout", operators.IdleTimeout[int](time.Hour), unchanged, false},
		{"InitialTimeout", operators.InitialTimeout[int](time.Hour), unchanged, false},
		{"TakeFor", operators.TakeFor[int](time.Hour), unchanged, false},
		{"SkipFor", operators.SkipFor[int](time.Hour), func([]item) []item { return nil }, false},
		{"Delay", operators.Delay[int](time.Millisecond, 100), unchanged, false},
	}
}

func TestTimeLinks(t *testing.T) {
	items := []int{4, 8, 15, 16, 23, 42, 0, 7}
	for _, l := range timeLinks(3, 2) {
		for _, window := range []int{1, 1024} {
			t.Run(fmt.Sprint(l.what, window), func(t *testing.T) {
				var books ledger
				var in []item
				for i, v := range items {
					in = append(in, item{v, int64(i) + 1})
				}
				got, err := collect(t, books.tracked(items, 3, demand.ErrCompleted).Via(l.op), window)
				var want []arrival
				for _, e := range l.model(in) {
					want = append(want, arrival{fmt.Sprint(e.v), e.record})
				}
				if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("got %v, want %v, error %v", got, want, err)
				}
				if !l.cuts {
					books.check(t, len(items))
				}
			})
		}
	}
}

// A Gate asks without waiting and sleeps when it gets nothing: the operators above
// have to look whether upstream has more, or its end, before they answer so.
func TestTimeLinksAboveAGate(t *testing.T) {
	items := []int{4, 8, 15, 16, 23, 42, 0, 7}
	for _, l := range timeLinks(3, 2) {
		for _, window := range []int{1, 1024} {
			t.Run(fmt.Sprint(l.what, window), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var books ledger
					begun := time.Now()
					f := books.tracked(items, 3, demand.ErrCompleted).Via(l.op).Via(operators.Gate[int](new(operators.Valve)))
					if _, err := collect(t, f, window); err != nil || time.Since(begun) > time.Second {
						t.Errorf("took %s, error %v", time.Since(begun), err)
					}
				})
			})
		}
	}
}
