// Package report writes down what was measured, for people as a Markdown
// table and for programs as JSON.
package report

import (
	"github.com/weir-go/weir/bench/internal/measure"
	"github.com/weir-go/weir/bench/scenario"
)

// A Report is one run of the program.
type Report struct {
	Machine   Machine    `json:"machine"`
	Rounds    int        `json:"rounds"`
	Scenarios []Scenario `json:"scenarios"`
}

// A Scenario is one table.
type Scenario struct {
	Group    string `json:"group"`
	Name     string `json:"name"`
	Title    string `json:"title"`
	Unit     string `json:"unit"`
	Baseline string `json:"baseline,omitempty"` // empty when it was not measured
	Rows     []Row  `json:"cases"`
}

// A Row is one case. Times are nanoseconds per unit.
type Row struct {
	Name    string  `json:"name"` // as -baseline takes it
	Library string  `json:"library"`
	Version string  `json:"version,omitempty"`
	Variant string  `json:"variant,omitempty"`
	Units   int     `json:"units"`
	Median  float64 `json:"median_ns"`
	Min     float64 `json:"min_ns"`
	Q1      float64 `json:"q1_ns"`
	Q3      float64 `json:"q3_ns"`
	Max     float64 `json:"max_ns"`
	Allocs  float64 `json:"allocs"`
	Ratio   float64 `json:"ratio,omitempty"` // of medians, to the baseline
}

// Tabulate makes a table of the results. The baseline is the case of that
// name or, where there is none, the scenario's own.
func Tabulate(s scenario.Scenario, results []measure.Result, baseline string) Scenario {
	t := Scenario{Group: s.Group, Name: s.Name, Title: s.Title, Unit: s.Unit}
	base := 0.0
	for _, name := range []string{s.Baseline, baseline} {
		for _, r := range results {
			if r.Case.Name() == name {
				t.Baseline, base = name, r.Nanos.Median
			}
		}
	}
	for _, r := range results {
		row := Row{
			Name:    r.Case.Name(),
			Library: r.Case.Library.Name,
			Version: version(r.Case.Library.Module),
			Variant: r.Case.Variant,
			Units:   r.Units,
			Median:  r.Nanos.Median,
			Min:     r.Nanos.Min,
			Q1:      r.Nanos.Q1,
			Q3:      r.Nanos.Q3,
			Max:     r.Nanos.Max,
			Allocs:  r.Allocs,
		}
		if base > 0 {
			row.Ratio = row.Median / base
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
