package bench

import (
	"testing"

	"github.com/weir-go/weir/bench/scenario"
)

// Benchmark runs every case under the tool that everybody knows; an operation
// is one unit of the scenario. For a subset:
//
//	GOWORK=off go test -run '^$' -bench 'Benchmark/chain/'
func Benchmark(b *testing.B) {
	for _, s := range Scenarios() {
		for _, c := range s.Cases {
			b.Run(s.Name+"/"+c.Name(), func(b *testing.B) { benchmark(b, s, c) })
		}
	}
}

func benchmark(b *testing.B, s scenario.Scenario, c scenario.Case) {
	b.ReportAllocs()
	want := s.Expect(b.N)
	b.ResetTimer()
	got, err := c.Run(b.N)
	b.StopTimer()
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Check(b.N, want, got); err != nil {
		b.Fatal(err)
	}
	if s.SelfTimed() {
		b.ReportMetric(float64(got)/float64(b.N), "ns/op")
	}
}
