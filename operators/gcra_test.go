package operators

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// In any stretch of time no more than n + n*d/per pass; and no less than the
// rate allows: one passes at next, and none a nanosecond before.
func TestGCRA(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		per := rapid.Int64Range(1, maxPer).Draw(t, "per")
		if rapid.Bool().Draw(t, "short") {
			per = rapid.Int64Range(1, 1000).Draw(t, "short per")
		}
		n := rapid.Int64Range(1, min(per, 1000)).Draw(t, "n")
		if rapid.Bool().Draw(t, "many") {
			n = rapid.Int64Range(1, per).Draw(t, "large n")
		}
		g := gcra{n: n, per: per}
		type passed struct{ at, k int64 }
		var all []passed
		now := int64(0)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			if g.allowed(now) == 0 {
				at := g.next()
				if at <= now || g.allowed(at) != 1 && n < per || g.allowed(at) < 1 || g.allowed(at-1) != 0 {
					t.Fatalf("at %d none may pass; at %d, which is next, %d, and %d before", now, at, g.allowed(at), g.allowed(at-1))
				}
				now = at
			}
			if now > maxPer/4 {
				break // what follows could be later than any clock
			}
			allowed := g.allowed(now)
			if allowed > n {
				t.Fatalf("%d may pass at once, more than %d", allowed, n)
			}
			k := rapid.Int64Range(1, allowed).Draw(t, "k")
			now += rapid.Int64Range(0, 3).Draw(t, "late")
			g.take(now, k)
			all = append(all, passed{now, k})
			now += rapid.Int64Range(0, 2*min(per, maxPer/16)).Draw(t, "pause")
		}
		for i, first := range all {
			sum := new(big.Int)
			for _, p := range all[i:] {
				sum.Add(sum, big.NewInt(p.k))
				// sum <= n + n*d/per, times per
				left := new(big.Int).Mul(sum, big.NewInt(per))
				right := new(big.Int).Mul(big.NewInt(n), big.NewInt(per))
				right.Add(right, new(big.Int).Mul(big.NewInt(n), big.NewInt(p.at-first.at)))
				if left.Cmp(right) > 0 {
					t.Fatalf("from %d to %d %d passed, with n %d and per %d", first.at, p.at, sum, n, per)
				}
			}
		}
	})
}
