package stagetest

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weir-go/weir/stage"
)

var samples = []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}

// checked runs the kit as Rules does, and returns what is wrong by rule.
func checked[Out any](t *testing.T, make func() stage.Stage[int, Out], opts ...Option) map[string][]string {
	t.Helper()
	c := &checker[int, Out]{make: make, samples: samples}
	for _, o := range opts {
		o(&c.config)
	}
	if err := c.ready(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(*testing.T) { c.runAll() })
	return c.faults
}

func TestKitFindsWhatIsWrong(t *testing.T) {
	found := map[string]bool{}
	for _, w := range wrongs {
		t.Run(w.name, func(t *testing.T) {
			faults := checked(t, func() stage.Stage[int, int] {
				return stage.New("wrong", func(_ *stage.Runtime, above up) up {
					return &wrong{up: above, pull: w.pull, cancel: w.cancel}
				})
			})
			if len(faults[w.rule]) == 0 {
				t.Errorf("nothing was found of %q; found was %v", w.rule, faults)
			}
			found[w.rule] = true
		})
	}
	for _, rule := range rules {
		if !found[rule] {
			t.Errorf("no stage here breaks %q", rule)
		}
	}
}

func TestKitFindsNothingWrongWithAnHonestStage(t *testing.T) {
	faults := checked(t, func() stage.Stage[int, int] {
		return stage.New("honest", func(_ *stage.Runtime, above up) up { return &wrong{up: above, pull: (*wrong).honest} })
	}, Want(samples...))
	if len(faults) > 0 {
		t.Error(faults)
	}
}

func TestKitComparesWithWhatIsWanted(t *testing.T) {
	honest := func() stage.Stage[int, int] {
		return stage.New("honest", func(_ *stage.Runtime, above up) up { return &wrong{up: above, pull: (*wrong).honest} })
	}
	if faults := checked(t, honest, Want(1, 2, 3)); len(faults[ruleCompleted]) == 0 {
		t.Errorf("other elements than wanted: %v", faults)
	}
	sorted := slices.Sorted(slices.Values(samples))
	if faults := checked(t, honest, Want(sorted...), Unordered()); len(faults) > 0 {
		t.Errorf("without order: %v", faults)
	}
	sum := By(func(vs []int) any {
		n := 0
		for _, v := range vs {
			n += v
		}
		return n
	})
	if faults := checked(t, honest, Want(60, 7), sum); len(faults) > 0 {
		t.Errorf("by their sum: %v", faults)
	}
	if faults := checked(t, honest, Want(60, 8), sum); len(faults[ruleCompleted]) == 0 {
		t.Error("by their sum, a wrong one was not found")
	}
}

func TestRulesAreGivenWhatTheyNeed(t *testing.T) {
	honest := func() stage.Stage[int, int] {
		return stage.New("honest", func(_ *stage.Runtime, above up) up { return above })
	}
	for want, c := range map[string]*checker[int, int]{
		"2 samples are too few":         {make: honest, samples: []int{1, 2}},
		"Want was given a []string":     {make: honest, samples: samples, config: config{want: []string{"a"}}},
		"By was given a func([]string)": {make: honest, samples: samples, config: config{by: func([]string) any { return nil }}},
		"open function must not be nil": {make: func() stage.Stage[int, int] { return stage.New[int, int]("nothing", nil) }, samples: samples},
	} {
		if err := c.ready(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
