package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/weir-go/weir/bench/scenario"
)

// Header writes the machine, the version of Go and the date.
func Header(w io.Writer, r Report) {
	m := r.Machine
	fmt.Fprintf(w, "%s, %d cores (GOMAXPROCS %d), %s, %s, %s; %d rounds.\n",
		m.CPU, m.Cores, m.Procs, m.System, m.Go, m.Date, r.Rounds)
}

// Table writes one scenario as a Markdown table, its columns padded so that it
// also reads well on a terminal.
func Table(w io.Writer, s Scenario) {
	rows := [][]string{{
		s.Name, "ns/" + s.Unit, "min … max", "middle half", "allocs/" + s.Unit, "× baseline",
	}}
	for _, r := range s.Rows {
		rows = append(rows, []string{
			label(r),
			number(r.Median),
			number(r.Min) + " … " + number(r.Max),
			number(r.Q1) + " … " + number(r.Q3),
			strconv.FormatFloat(r.Allocs, 'f', 2, 64),
			ratio(r.Ratio),
		})
	}
	fmt.Fprintf(w, "\n%s: %s. ", s.Group, s.Title)
	if s.Baseline != "" {
		fmt.Fprintf(w, "Baseline: %s.", s.Baseline)
	}
	fmt.Fprint(w, "\n\n")
	align(w, rows)
}

// Notes writes how the libraries differ, as a Markdown table.
func Notes(w io.Writer) {
	rows := [][]string{{"library", "elements", "what holds a producer back", "a stage runs on"}}
	for _, l := range scenario.Libraries() {
		rows = append(rows, []string{l.Name, l.Typed, l.Demand, l.Runs})
	}
	align(w, rows)
}

// label is the name of the case with the version of its library in it.
func label(r Row) string {
	if r.Version == "" {
		return r.Name
	}
	return strings.Replace(r.Name, r.Library, r.Library+" "+r.Version, 1)
}

// number has three digits or so that matter.
func number(ns float64) string {
	switch {
	case ns < 10:
		return strconv.FormatFloat(ns, 'f', 2, 64)
	case ns < 100:
		return strconv.FormatFloat(ns, 'f', 1, 64)
	}
	return strconv.FormatFloat(ns, 'f', 0, 64)
}

func ratio(r float64) string {
	if r == 0 {
		return "–"
	}
	return number(r)
}
