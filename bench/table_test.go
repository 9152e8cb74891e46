package bench

import (
	"slices"
	"testing"

	"github.com/weir-go/weir/bench/scenario"
)

// TestResultsAgree runs every case over small inputs, where ends and
// remainders show, and compares with the plain loop.
func TestResultsAgree(t *testing.T) {
	for _, s := range Scenarios() {
		for _, c := range s.Cases {
			t.Run(s.Name+"/"+c.Name(), func(t *testing.T) {
				for _, n := range []int{0, 1, 2, 3, 65, 100, 101, 257, 1000} {
					if s.Group == "slow" && n > 3 {
						break
					}
					got, err := c.Run(n)
					if err == nil {
						err = s.Check(n, s.Expect(n), got)
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
}

// TestTable checks what the runner relies on.
func TestTable(t *testing.T) {
	names := map[string]bool{}
	for _, s := range Scenarios() {
		if names[s.Name] {
			t.Errorf("two scenarios are named %s", s.Name)
		}
		names[s.Name] = true
		if (s.Want == nil) != s.SelfTimed() {
			t.Errorf("%s: has both a want and a time of its own, or neither", s.Name)
		}
		var cases []string
		for _, c := range s.Cases {
			if slices.Contains(cases, c.Name()) {
				t.Errorf("%s: two cases are named %s", s.Name, c.Name())
			}
			cases = append(cases, c.Name())
			if !slices.Contains(scenario.Libraries(), c.Library) {
				t.Errorf("%s: %s is not in the list of libraries", s.Name, c.Library.Name)
			}
		}
		if !slices.Contains(cases, s.Baseline) {
			t.Errorf("%s: no case is named %q, its baseline", s.Name, s.Baseline)
		}
	}
}

func TestCaseOfUnknownScenario(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a case of a scenario that does not exist was taken")
		}
	}()
	new(table).weir("no such", "", nil)
}
