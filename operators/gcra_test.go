package operators

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// In any stretch of time no more than burst + n*d/per pass; and no less than the
// rate allows: as many as are wanted pass at next, and fewer a nanosecond before.
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
		burst := n
		if rapid.Bool().Draw(t, "other burst") {
			burst = rapid.Int64Range(1, max(1, n, 1000)).Draw(t, "burst")
		}
		if !savedIn(n, per, burst) {
			t.Skip("it takes too long to save up the burst")
		}
		g := gcra{n: n, per: per, burst: burst}
		type passed struct{ at, k int64 }
		var all []passed
		now := int64(0)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			if wanted := rapid.Int64Range(1, burst).Draw(t, "wanted"); g.allowed(now) < wanted {
				at := g.next(wanted)
				if at <= now || g.allowed(at) != wanted && n < per || g.allowed(at) < wanted || g.allowed(at-1) >= wanted {
					t.Fatalf("at %d less than %d may pass; at %d, which is next, %d, and %d before", now, wanted, at, g.allowed(at), g.allowed(at-1))
				}
				now = at
			}
			if now > maxPer/4 {
				break // what follows could be later than any clock
			}
			allowed := g.allowed(now)
			if allowed > burst || allowed < 1 {
				t.Fatalf("%d may pass at once, of a burst of %d", allowed, burst)
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
				// sum <= burst + n*d/per, times per
				left := new(big.Int).Mul(sum, big.NewInt(per))
				right := new(big.Int).Mul(big.NewInt(burst), big.NewInt(per))
				right.Add(right, new(big.Int).Mul(big.NewInt(n), big.NewInt(p.at-first.at)))
				if left.Cmp(right) > 0 {
					t.Fatalf("from %d to %d %d passed, with n %d, per %d and a burst of %d", first.at, p.at, sum, n, per, burst)
				}
			}
		}
	})
}
