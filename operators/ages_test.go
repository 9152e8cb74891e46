package operators

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Beside a model that looks at all keys each time.
func TestAges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ttl := time.Duration(rapid.IntRange(1, 30).Draw(t, "ttl"))
		capacity := rapid.IntRange(1, 40).Draw(t, "capacity")
		a := ages[int]{ttl: ttl, capacity: capacity}
		var model []aged[int]
		now := time.Duration(0)
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			now += time.Duration(rapid.IntRange(0, 3).Draw(t, "pause"))
			k := rapid.IntRange(0, 50).Draw(t, "key")
			model = slices.DeleteFunc(model, func(e aged[int]) bool { return e.at+ttl <= now })
			want := slices.ContainsFunc(model, func(e aged[int]) bool { return e.key == k })
			if !want {
				if model = append(model, aged[int]{k, now}); len(model) > capacity {
					model = model[1:]
				}
			}
			if got := a.meet(k, now); got != want {
				t.Fatalf("at %d key %d: got %t, want %t", now, k, got, want)
			}
			if a.n != len(model) || len(a.keys) != len(model) || len(a.ring) > capacity {
				t.Fatalf("it holds %d keys, %d in order, in a ring of %d; want %d and a ring of at most %d", len(a.keys), a.n, len(a.ring), len(model), capacity)
			}
		}
	})
}

// A key that can't be found again is not kept.
func TestAgesOfNaN(t *testing.T) {
	a := ages[float64]{ttl: time.Second, capacity: 2}
	for range 10 {
		if a.meet(math.NaN(), 0) {
			t.Error("NaN was met")
		}
	}
	if a.n != 0 {
		t.Errorf("%d keys are held", a.n)
	}
}

// What a key that was forgotten refers to is not kept alive.
func TestAgesForget(t *testing.T) {
	a := ages[string]{ttl: 1, capacity: 100}
	for i, k := range []string{"a", "b", "c"} {
		a.meet(k, time.Duration(10*i))
	}
	held := 0
	for _, e := range a.ring {
		if e.key != "" {
			held++
		}
	}
	if held != 1 {
		t.Errorf("%d keys are held, want the last", held)
	}
}
