package demand_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
)

// creditModel is what Credits should do, without an end of numbers.
type creditModel struct{ n big.Int }

var unbounded = big.NewInt(demand.Unbounded)

func (m *creditModel) grant(n int64) {
	if n > 0 {
		m.n.Add(&m.n, big.NewInt(n))
	}
	if m.n.Cmp(unbounded) > 0 {
		m.n.Set(unbounded)
	}
}

func (m *creditModel) take(limit int64) int64 {
	if limit <= 0 {
		return 0
	}
	n := big.NewInt(limit)
	if n.Cmp(&m.n) > 0 {
		n.Set(&m.n)
	}
	if m.n.Cmp(unbounded) != 0 {
		m.n.Sub(&m.n, n)
	}
	return n.Int64()
}

// step does one thing to both, and compares.
func step(t tester, c *demand.Credits, m *creditModel, grant bool, n int64) {
	t.Helper()
	had := m.n.Int64()
	if grant {
		m.grant(n)
		before, err := c.Grant(n)
		if before != had {
			t.Fatalf("Grant(%d) says there were %d before, want %d", n, before, had)
		}
		if (err != nil) != (n <= 0) {
			t.Fatalf("Grant(%d) returned error %v", n, err)
		}
		if err != nil && (!errors.Is(err, demand.ErrDemand) || !strings.Contains(err.Error(), "rule 3.9")) {
			t.Fatalf("Grant(%d): %v does not wrap ErrDemand or name the rule", n, err)
		}
	} else if got, want := c.Take(n), m.take(n); got != want {
		t.Fatalf("Take(%d) of %d gave %d, want %d", n, had, got, want)
	}
	if c.Have() != m.n.Int64() {
		t.Fatalf("after %d there are %d credits, want %s", n, c.Have(), &m.n)
	}
}

func TestCreditsEqualTheirModel(t *testing.T) {
	amounts := rapid.OneOf(rapid.Int64Range(-3, 20), rapid.Int64(), rapid.SampledFrom([]int64{math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, 1 << 62}))
	rapid.Check(t, func(t *rapid.T) {
		var c demand.Credits
		var m creditModel
		t.Repeat(map[string]func(*rapid.T){
			"grant": func(t *rapid.T) { step(t, &c, &m, true, amounts.Draw(t, "n")) },
			"take":  func(t *rapid.T) { step(t, &c, &m, false, amounts.Draw(t, "n")) },
		})
	})
}

func FuzzCredits(f *testing.F) {
	f.Add(int64(3), int64(2), int64(0), uint8(0b010))
	f.Add(int64(math.MaxInt64), int64(1), int64(5), uint8(0b011))
	f.Add(int64(1)<<62, int64(1)<<62, int64(math.MaxInt64), uint8(0b011))
	f.Add(int64(-1), int64(math.MinInt64), int64(7), uint8(0b001))
	f.Fuzz(func(t *testing.T, a, b, n int64, grants uint8) {
		var c demand.Credits
		var m creditModel
		for range 2 {
			for i, v := range []int64{a, b, n} {
				step(t, &c, &m, grants>>i&1 == 1, v)
			}
			grants = ^grants
		}
	})
}

func TestCreditsAreNeitherLostNorMadeByManyGoroutines(t *testing.T) {
	const each, grants = 4, 5000
	var c demand.Credits
	var taken atomic.Int64
	var granting, taking sync.WaitGroup
	for range each {
		granting.Go(func() {
			for n := range grants {
				if _, err := c.Grant(int64(n%3 + 1)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var stop atomic.Bool
	for range each {
		taking.Go(func() {
			for !stop.Load() {
				taken.Add(c.Take(7))
			}
		})
	}
	granting.Wait()
	stop.Store(true)
	taking.Wait()
	want := int64(0)
	for n := range grants {
		want += each * int64(n%3+1)
	}
	if got := taken.Load() + c.Have(); got != want {
		t.Errorf("%d credits were granted, %d taken or left", want, got)
	}
}
