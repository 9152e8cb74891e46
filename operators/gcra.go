package operators

import "math/bits"

// gcra says how many elements may pass: n each time per, with n saved up at
// most. It is the Generic Cell Rate Algorithm in its form of virtual scheduling
// (ITU-T Recommendation I.371; ATM Forum, Traffic Management Specification 4.0),
// which is a token bucket in other words: it keeps the theoretical arrival time,
// at which the next element would come if all came evenly, and lets one come
// earlier by per - per/n, which is n at once after a pause.
//
// Times are nanoseconds from a zero chosen by the caller. 1 <= n <= per, and per
// is at most maxPer.
type gcra struct {
	n, per int64
	due    int64 // the theoretical arrival time, rounded down
	part   int64 // and what was cut off of it, in nth parts of a nanosecond
}

// maxPer keeps sums of times within an int64. It is 146 years.
const maxPer = 1 << 62

// allowed returns how many elements may pass at now.
func (g *gcra) allowed(now int64) int64 {
	ahead := g.due - now
	switch {
	case ahead < 0 || ahead == 0 && g.part == 0:
		return g.n
	case ahead >= g.per:
		return 0
	}
	// ((per - ahead) * n - part) / per, rounded down
	hi, lo := bits.Mul64(uint64(g.per-ahead), uint64(g.n))
	lo, borrow := bits.Sub64(lo, uint64(g.part), 0)
	q, _ := bits.Div64(hi-borrow, lo, uint64(g.per))
	return int64(q)
}

// take notes that k elements have passed at now, as many as were allowed or
// fewer.
func (g *gcra) take(now, k int64) {
	if g.due < now {
		g.due, g.part = now, 0
	}
	hi, lo := bits.Mul64(uint64(k), uint64(g.per))
	lo, carry := bits.Add64(lo, uint64(g.part), 0)
	q, r := bits.Div64(hi+carry, lo, uint64(g.n))
	g.due += int64(q)
	g.part = int64(r)
}

// next returns the time from which one element may pass.
func (g *gcra) next() int64 {
	spacing := (uint64(g.part) + uint64(g.per) + uint64(g.n) - 1) / uint64(g.n)
	return g.due - g.per + int64(spacing)
}
