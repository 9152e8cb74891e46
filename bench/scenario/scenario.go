// Package scenario holds what a comparison is made of: a [Scenario] is one
// piece of work, a [Case] is one library doing it, and a [Library] says which
// one and how it differs from the others.
package scenario

import (
	"fmt"
	"slices"
	"time"
)

// Buffer is the capacity of every buffered channel, or of what a library has
// in its place, wherever a scenario does not ask for another.
const Buffer = 256

// A Scenario is one piece of work, and the cases that do it.
type Scenario struct {
	Group    string // what -group selects
	Name     string // unique
	Title    string // one line for the reader of the table
	Unit     string // what n counts: "element", "ping", "start"
	Baseline string // name of the case that the others are compared with

	// Want is the result every case must return, worked out by a plain loop.
	// It is nil in a self-timed scenario.
	Want func(n int) int

	// AtLeast makes the scenario self-timed when it is not zero: a case
	// measures for itself, checks its own elements, and returns nanoseconds
	// instead of a sum. No unit can take less than this.
	AtLeast time.Duration

	Cases []Case
}

// SelfTimed reports whether a case returns nanoseconds instead of a sum.
func (s Scenario) SelfTimed() bool { return s.AtLeast > 0 }

// Check says whether got is a possible result for n units. The want of a
// scenario that is not self-timed is passed in, so that callers can keep it.
func (s Scenario) Check(n, want, got int) error {
	if s.SelfTimed() {
		if floor := n * int(s.AtLeast); got < floor {
			return fmt.Errorf("measured %d ns for n=%d, which cannot take less than %d ns", got, n, floor)
		}
		return nil
	}
	if got != want {
		return fmt.Errorf("result %d for n=%d, want %d", got, n, want)
	}
	return nil
}

// Expect returns Want(n), or 0 in a self-timed scenario.
func (s Scenario) Expect(n int) int {
	if s.SelfTimed() {
		return 0
	}
	return s.Want(n)
}

// With returns the scenario with more cases. The receiver is unchanged.
func (s Scenario) With(cases ...Case) Scenario {
	s.Cases = append(slices.Clip(slices.Clone(s.Cases)), cases...)
	return s
}

// Share returns the part [lo, hi) of [0, n) that falls to worker i of count.
func Share(n, i, count int) (lo, hi int) {
	return n * i / count, n * (i + 1) / count
}

// SumTo is the sum of [0, n), by a plain loop.
func SumTo(n int) int {
	sum := 0
	for i := range n {
		sum += i
	}
	return sum
}
