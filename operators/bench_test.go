package operators_test

import (
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// bench runs b.N elements through an operator; one op is one element that goes
// in.
func bench[T any](b *testing.B, op stage.Stage[int, T], opts ...stage.Option) {
	b.Helper()
	b.ReportAllocs()
	p := flow.Via(flow.From(source.Range(0, b.N)), op).To(sink.Discard[T](opts...))
	if err := p.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkMap(b *testing.B) { bench(b, operators.Map(func(v int) int { return v + 1 })) }

func BenchmarkMapErr(b *testing.B) {
	bench(b, operators.MapErr(func(v int) (int, error) { return v + 1, nil }))
}

func BenchmarkFilter(b *testing.B) { bench(b, operators.Filter(func(v int) bool { return v&1 == 0 })) }

func BenchmarkFilterMap(b *testing.B) {
	bench(b, operators.FilterMap(func(v int) (int, bool) { return v + 1, v&1 == 0 }))
}

func BenchmarkFlatMap(b *testing.B) {
	buf := make([]int, 4)
	bench(b, operators.FlatMap(func(v int) []int { buf[0] = v; return buf }))
}

func BenchmarkFlatMapSeq(b *testing.B) {
	seq := slices.Values(make([]int, 4))
	bench(b, operators.FlatMapSeq(func(int) iter.Seq[int] { return seq }))
}

func BenchmarkScan(b *testing.B) {
	bench(b, operators.Scan(0, func(a, v int) int { return a + v }))
}

func BenchmarkPeek(b *testing.B) { bench(b, operators.Peek(func(int) {})) }

func BenchmarkDistinct(b *testing.B) { bench(b, operators.Distinct[int](1000)) }

func BenchmarkBatch(b *testing.B) {
	b.Run("100", func(b *testing.B) { bench(b, operators.Batch[int](100, 0)) })
	b.Run("1000", func(b *testing.B) { bench(b, operators.Batch[int](1000, 0)) })
	b.Run("100 in time", func(b *testing.B) { bench(b, operators.Batch[int](100, time.Hour)) })
}

func BenchmarkSliding(b *testing.B) { bench(b, operators.Sliding[int](10, 1)) }

func BenchmarkThrottle(b *testing.B) { bench(b, operators.Throttle[int](1_000_000_000, time.Second)) }

func BenchmarkTimeout(b *testing.B) { bench(b, operators.Timeout[int](time.Hour)) }
