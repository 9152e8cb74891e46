package measure

import (
	"math/rand/v2"
	"time"

	"github.com/weir-go/weir/bench/scenario"
)

// Options of a measurement.
type Options struct {
	Rounds int           // runs of each case
	Target time.Duration // how long a run should take
	Rand   *rand.Rand    // shuffles the order in a round
}

// Result is what the rounds said about one case.
type Result struct {
	Case   scenario.Case
	Units  int     // n of each run
	Nanos  Summary // per unit
	Allocs float64 // median of allocations per unit
}

// Scenario measures all cases of s, in the order of its table. The first
// wrong result or error ends it.
func Scenario(s scenario.Scenario, o Options) ([]Result, error) {
	results := make([]Result, len(s.Cases))
	wants := make([]int, len(s.Cases))
	for i, c := range s.Cases {
		n, err := calibrate(s, c, o.Target)
		if err != nil {
			return nil, err
		}
		results[i] = Result{Case: c, Units: n}
		wants[i] = s.Expect(n)
	}
	nanos := make([][]float64, len(s.Cases))
	allocs := make([][]float64, len(s.Cases))
	for range o.Rounds {
		for _, i := range o.Rand.Perm(len(s.Cases)) {
			m, err := once(s, s.Cases[i], results[i].Units, wants[i])
			if err != nil {
				return nil, err
			}
			nanos[i] = append(nanos[i], m.nanos())
			allocs[i] = append(allocs[i], m.allocs())
		}
	}
	for i := range results {
		results[i].Nanos = Summarize(nanos[i])
		results[i].Allocs = Summarize(allocs[i]).Median
	}
	return results, nil
}
