package operators

import "math/bits"

// gcra says how many elements may pass: n each time per, with burst saved up at
// most. It is the Generic Cell Rate Algorithm in its form of virtual scheduling
// (ITU-T Recommendation I.371; ATM Forum, Traffic Management Specification 4.0),
// which is a token bucket in other words: it keeps the theoretical arrival time,
// at which the next element would come if all came evenly, and lets one come
// earlier by (burst - 1) * per/n, which is burst at once after a pause.
//
// Times are nanoseconds from a zero chosen by the caller. 1 <= n <= per, burst is
// at least 1, and burst * per/n, the time it takes to save it up, at most maxPer;
// see validRate.
type gcra struct {
	n, per int64
	burst  int64
	due    int64 // the theoretical arrival time, rounded down
	part   int64 // and what was cut off of it, in nth parts of a nanosecond
}

// maxPer keeps sums of times within an int64. It is 146 years.
const maxPer = 1 << 62

// savedIn reports whether burst is saved up in maxPer at a rate of n each per.
func savedIn(n, per, burst int64) bool {
	hi, lo := bits.Mul64(uint64(burst), uint64(per))
	if hi >= uint64(n) {
		return false
	}
	q, _ := bits.Div64(hi, lo, uint64(n))
	return q <= maxPer
}

// allowed returns how many elements may pass at now.
func (g *gcra) allowed(now int64) int64 {
	ahead := g.due - now
	if ahead < 0 {
		return g.burst
	}
	// What is used up is (ahead * n + part) / per, rounded up.
	hi, lo := bits.Mul64(uint64(ahead), uint64(g.n))
	lo, carry := bits.Add64(lo, uint64(g.part)+uint64(g.per)-1, 0)
	used, _ := bits.Div64(hi+carry, lo, uint64(g.per))
	return max(0, g.burst-int64(used))
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

// next returns the time from which k elements may pass, burst or fewer.
func (g *gcra) next(k int64) int64 {
	if k == g.burst {
		if g.part > 0 {
			return g.due + 1
		}
		return g.due
	}
	// They may pass earlier than due by ((burst - k) * per - part) / n, rounded down.
	hi, lo := bits.Mul64(uint64(g.burst-k), uint64(g.per))
	lo, borrow := bits.Sub64(lo, uint64(g.part), 0)
	early, _ := bits.Div64(hi-borrow, lo, uint64(g.n))
	return g.due - int64(early)
}
