package report

import (
	"strings"
	"testing"

	"github.com/weir-go/weir/bench/internal/measure"
	"github.com/weir-go/weir/bench/scenario"
)

func TestTabulateComparesWithBaseline(t *testing.T) {
	s, results := sample()
	for _, test := range []struct {
		chosen, baseline string
		ratios           [2]float64
	}{
		{"", "slow", [2]float64{1, 0.25}},
		{"no such case", "slow", [2]float64{1, 0.25}},
		{"fast", "fast", [2]float64{4, 1}},
	} {
		table := Tabulate(s, results, test.chosen)
		if table.Baseline != test.baseline {
			t.Errorf("%q: baseline %q, want %q", test.chosen, table.Baseline, test.baseline)
		}
		for i, want := range test.ratios {
			if got := table.Rows[i].Ratio; got != want {
				t.Errorf("%q: ratio %v of %s, want %v", test.chosen, got, table.Rows[i].Name, want)
			}
		}
	}
}

func TestTable(t *testing.T) {
	s, results := sample()
	var text strings.Builder
	Table(&text, Tabulate(s, results, ""))
	want := `
some: a test. Baseline: slow.

| test | ns/element |   min … max | middle half | allocs/element | × baseline |
|------|-----------:|------------:|------------:|---------------:|-----------:|
| slow |        120 | 100 … 14000 |   110 … 130 |           1.00 |       1.00 |
| fast |       30.0 | 20.0 … 40.0 | 25.0 … 35.0 |           0.00 |       0.25 |
`
	if got := text.String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func sample() (scenario.Scenario, []measure.Result) {
	slow := scenario.Case{Library: scenario.Go, Variant: "slow"}
	fast := scenario.Case{Library: scenario.Go, Variant: "fast"}
	s := scenario.Scenario{
		Group: "some", Name: "test", Title: "a test", Unit: "element", Baseline: "slow",
		Cases: []scenario.Case{slow, fast},
	}
	return s, []measure.Result{
		{Case: slow, Units: 10, Allocs: 1, Nanos: measure.Summary{Min: 100, Q1: 110, Median: 120, Q3: 130, Max: 14000}},
		{Case: fast, Units: 10, Nanos: measure.Summary{Min: 20, Q1: 25, Median: 30, Q3: 35, Max: 40}},
	}
}
