package trace_test

import (
	"context"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.uber.org/goleak"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/trace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// meters returns a provider with a reader.
func meters() (*sdkmetric.MeterProvider, *sdkmetric.ManualReader) {
	r := sdkmetric.NewManualReader()
	return sdkmetric.NewMeterProvider(sdkmetric.WithReader(r)), r
}

// A point is one value of an instrument: labels of the series first, the reason
// last.
type point struct{ name, run, stage, kind, reason string }

// collect reads all values. Those of seconds are in seconds.
func collect(t testing.TB, r *sdkmetric.ManualReader) map[point]float64 {
	t.Helper()
	var rm metricdata.ResourceMetrics
	if err := r.Collect(context.Background(), &rm); err != nil {
		t.Fatal(err)
	}
	got := map[point]float64{}
	for _, sm := range rm.ScopeMetrics {
		if sm.Scope.Name != "github.com/weir-go/weir" {
			t.Errorf("scope %q", sm.Scope.Name)
		}
		for _, m := range sm.Metrics {
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range d.DataPoints {
					got[place(m.Name, p.Attributes)] = float64(p.Value)
				}
			case metricdata.Sum[float64]:
				for _, p := range d.DataPoints {
					got[place(m.Name, p.Attributes)] = p.Value
				}
			default:
				t.Errorf("%s is a %T", m.Name, m.Data)
			}
		}
	}
	return got
}

func place(name string, attrs attribute.Set) point {
	get := func(key attribute.Key) string {
		v, _ := attrs.Value(key)
		return v.AsString()
	}
	return point{name, get("weir.run"), get("weir.stage"), get("weir.stage.kind"), get("weir.reason")}
}

// want compares some values; -1 stands for one that must not be there.
func want(t testing.TB, got map[point]float64, wants map[point]float64) {
	t.Helper()
	for p, v := range wants {
		switch g, ok := got[p]; {
		case v < 0 && ok:
			t.Errorf("%+v = %v, want none", p, g)
		case v >= 0 && (!ok || g != v):
			t.Errorf("%+v = %v (there: %v), want %v", p, g, ok, v)
		}
	}
}

// begin starts a run whose counts are what stats returns.
func begin(name string, stats func() []demand.StageStats, opts ...trace.Option) *trace.RunSpan {
	s := trace.NewObserver(opts...).Start(context.Background(), name)
	s.Observe(stats)
	return s
}

// full is a stage that has something of everything.
func full() demand.StageStats {
	return demand.StageStats{
		Name: "parse", Kind: "MapErr", Island: "sink",
		In: 100, Out: 90, Chunks: 7, Failed: 3, Retries: 5, Discarded: 2,
		Dropped: map[string]int64{"skipped_error": 3, "drop_oldest": 5},
		Busy:    1500 * time.Millisecond, Idle: 2 * time.Second, Backpressured: 250 * time.Millisecond,
		Link:   &demand.LinkStats{Name: "parse", Held: 4, Cap: 16},
		Buffer: &demand.BufferStats{Held: 9, Capacity: 32, Refused: map[string]uint64{"shed": 11}},
	}
}

func stages(st ...demand.StageStats) func() []demand.StageStats {
	return func() []demand.StageStats { return st }
}
