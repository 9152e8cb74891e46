package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// One op is one element that goes in.
func BenchmarkOperators(b *testing.B) {
	for _, r := range rows() {
		if r.unmeasured != "" {
			continue
		}
		b.Run(strings.Join(strings.Fields(r.name+" "+r.what), "_"), func(b *testing.B) {
			b.ReportAllocs()
			if err := r.run(b.Context(), b.N); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// What a run allocates does not grow with the number of elements, where a row does
// not say why it must. Some take a few bytes a request, for hundreds of elements.
func TestNoMemoryPerElement(t *testing.T) {
	const n, most = 1 << 15, 1 << 15 / 100
	for _, r := range rows() {
		if r.unmeasured != "" {
			continue
		}
		t.Run(r.name+" "+r.what, func(t *testing.T) {
			allocs := func(n int) float64 {
				return testing.AllocsPerRun(1, func() {
					if err := r.run(t.Context(), n); err != nil {
						t.Error(err)
					}
				})
			}
			more := allocs(2*n) - allocs(n)
			switch {
			case r.memory == "" && more >= most:
				t.Errorf("%d elements more took %.0f allocations more", n, more)
			case r.memory != "" && more < 32:
				t.Errorf("it says that it needs memory (%s), and %d elements more took %.0f allocations more", r.memory, n, more)
			}
		})
	}
}

func TestPage(t *testing.T) {
	results := make([]result, 0, len(rows()))
	for _, r := range rows() {
		results = append(results, result{row: r, ns: []float64{1.234, 56.78, 910.1}, bytes: 0.001})
	}
	text := page(results, settings{rounds: 3, target: time.Second})
	for _, r := range rows() {
		if !strings.Contains(text, "\n| "+r.name+" | ") {
			t.Errorf("the page does not show %s", r.name)
		}
	}
	if !strings.Contains(text, "| 56.8 | 1.23 … 910 | 0 | 0 |") {
		t.Errorf("numbers are not as they should be:\n%s", text)
	}
}

func TestMeasure(t *testing.T) {
	s := settings{rounds: 3, target: time.Microsecond, only: regexp.MustCompile("^(Batch|First)$")}
	results, err := measure(t.Context(), rows(), s)
	if err != nil || len(results) != 3 {
		t.Fatalf("%d results, error %v", len(results), err)
	}
	for _, r := range results {
		if measured := r.unmeasured == ""; measured != (len(r.ns) == 3 && r.ns[0] > 0 && r.ns[0] <= r.ns[1] && r.bytes >= 8 && r.allocs > 0.01) {
			t.Errorf("%s: %v, %.2f bytes and %.2f allocations an element", r.name, r.ns, r.bytes, r.allocs)
		}
	}
}
