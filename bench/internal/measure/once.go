// Package measure runs the cases of a scenario in interleaved rounds: every
// case once a round, in an order that is shuffled anew, so that a machine that
// is slower for a while is slower for everybody.
package measure

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/weir-go/weir/bench/scenario"
)

// patience is how long one run may take before it counts as stuck.
const patience = 2 * time.Minute

// A sample is one run of a case.
type sample struct {
	elapsed  time.Duration // what the run took, or said that it took
	wall     time.Duration // what the run took on the wall
	mallocs  uint64        // by all goroutines of the process
	measured int           // units
}

func (s sample) nanos() float64  { return float64(s.elapsed) / float64(s.measured) }
func (s sample) allocs() float64 { return float64(s.mallocs) / float64(s.measured) }

// once runs the case over n units and checks its result.
func once(s scenario.Scenario, c scenario.Case, n, want int) (sample, error) {
	stuck := watch(s.Name+": "+c.Name(), n)
	defer stuck.Stop()

	runtime.GC() // nobody pays for the garbage of the run before
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := time.Now()
	got, err := c.Run(n)
	wall := time.Since(begin)
	runtime.ReadMemStats(&after)
	if err == nil {
		err = s.Check(n, want, got)
	}
	if err != nil {
		return sample{}, fmt.Errorf("%s: %s: %w", s.Name, c.Name(), err)
	}
	m := sample{elapsed: wall, wall: wall, mallocs: after.Mallocs - before.Mallocs, measured: n}
	if s.SelfTimed() {
		m.elapsed = time.Duration(got)
	}
	return m, nil
}

// watch ends the process with all stacks when a run does not end: a deadlock
// is easier to see that way than in silence.
func watch(name string, n int) *time.Timer {
	return time.AfterFunc(patience, func() {
		fmt.Fprintf(os.Stderr, "bench: %s has not ended after %v for n=%d\n", name, patience, n)
		debug.SetTraceback("all")
		panic("bench: stuck")
	})
}
