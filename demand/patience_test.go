package demand_test

import (
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
)

func TestPatience(t *testing.T) {
	now := time.Now()
	early, late := demand.Until(now.Add(time.Second)), demand.Until(now.Add(time.Minute))
	t.Run("runs out", func(t *testing.T) {
		for _, c := range []struct {
			name string
			p    demand.Patience
			at   time.Time
			want bool
		}{
			{"never, for ever", demand.Forever, now.Add(1000 * time.Hour), false},
			{"at once, without waiting", demand.NoWait, now, true},
			{"not before its time", early, now.Add(time.Second - 1), false},
			{"at its time", early, now.Add(time.Second), true},
			{"after its time", early, now.Add(2 * time.Second), true},
		} {
			if got := c.p.Out(c.at); got != c.want {
				t.Errorf("%s: Out is %v", c.name, got)
			}
		}
	})
	t.Run("the sooner of two", func(t *testing.T) {
		order := []demand.Patience{demand.NoWait, early, late, demand.Forever}
		for i, a := range order {
			for j, b := range order {
				if got := a.Sooner(b); got != order[min(i, j)] {
					t.Errorf("the sooner of %d and %d is %+v", i, j, got)
				}
			}
		}
	})
	t.Run("kinds", func(t *testing.T) {
		if !demand.Forever.IsForever() || demand.NoWait.IsForever() || early.IsForever() {
			t.Error("IsForever")
		}
		if demand.Forever.IsNoWait() || !demand.NoWait.IsNoWait() || early.IsNoWait() {
			t.Error("IsNoWait")
		}
		if _, ok := demand.Forever.Deadline(); ok {
			t.Error("for ever has a deadline")
		}
		if _, ok := demand.NoWait.Deadline(); ok {
			t.Error("NoWait has a deadline")
		}
		if at, ok := early.Deadline(); !ok || !at.Equal(now.Add(time.Second)) {
			t.Errorf("Deadline is %s, %v", at, ok)
		}
		if demand.Forever != (demand.Patience{}) {
			t.Error("the zero value does not wait for ever")
		}
	})
}
