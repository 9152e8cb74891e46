package measure

import (
	"math"
	"time"

	"github.com/weir-go/weir/bench/scenario"
)

// Limits of n: below, a run is too short to say anything; above, libraries
// that count in 32 bits give up.
const (
	leastUnits = 10
	mostUnits  = 1 << 30
)

// calibrate finds how many units the case does in about the target time, so
// that slow cases do not take all of a round. It also warms the case up.
func calibrate(s scenario.Scenario, c scenario.Case, target time.Duration) (int, error) {
	n := leastUnits
	for {
		m, err := once(s, c, n, s.Expect(n))
		if err != nil {
			return 0, err
		}
		if m.wall >= target/4 || n >= mostUnits {
			return scale(n, float64(target)/float64(m.wall)), nil
		}
		// Short runs tell little about longer ones: approach the target.
		factor := float64(target) / 2 / float64(max(m.wall, 1))
		n = scale(n, min(max(factor, 2), 50))
	}
}

// scale multiplies n, within the limits and rounded to two digits so that
// tables read well.
func scale(n int, factor float64) int {
	scaled := min(max(float64(n)*factor, leastUnits), mostUnits)
	digit := math.Pow(10, math.Floor(math.Log10(scaled))-1)
	return int(math.Round(scaled/digit) * digit)
}
