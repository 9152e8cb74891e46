package trace_test

import (
	"context"
	"testing"

	noopmetric "go.opentelemetry.io/otel/metric/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	nooptrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/trace"
)

// ways are how a process may be set up.
func ways() map[string][]trace.Option {
	p, _ := meters()
	off := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))
	return map[string][]trace.Option{
		"unset":     nil,
		"noop":      {trace.Tracers(nooptrace.NewTracerProvider()), trace.Meters(noopmetric.NewMeterProvider())},
		"unsampled": {trace.Tracers(off), trace.Meters(p)},
		"sampled":   {trace.Tracers(sdktrace.NewTracerProvider()), trace.Meters(p)},
	}
}

// once watches one run of four stages.
func once(o []trace.Option, stats func() []demand.StageStats) {
	run := trace.NewObserver(o...).Start(context.Background(), "r")
	run.Observe(stats)
	run.End(nil, false, nil)
}

// What it costs to watch a run of four stages.
func BenchmarkRun(b *testing.B) {
	stats := stages(chain()...)
	for name, o := range ways() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				once(o, stats)
			}
		})
	}
}

// What one collection costs for 100 runs of four stages.
func BenchmarkCollect(b *testing.B) {
	p, r := meters()
	stats := stages(chain()...)
	for range 100 {
		run := begin("r", stats, trace.Meters(p))
		defer run.End(nil, false, nil)
	}
	b.ReportAllocs()
	for b.Loop() {
		collect(b, r)
	}
}

// The promise of the documentation.
func TestWatchingCostsNearlyNothing(t *testing.T) {
	stats := stages(chain()...)
	for name, most := range map[string]float64{"unset": 5, "noop": 6, "unsampled": 12} {
		o := ways()[name]
		once(o, stats) // registers
		if got := testing.AllocsPerRun(100, func() { once(o, stats) }); got > most {
			t.Errorf("%s: %v allocations a run, want at most %v", name, got, most)
		}
	}
}
