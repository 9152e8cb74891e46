package trace_test

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/trace"
)

// elsewhere runs the test in a process of its own, and reports that it has. The
// global providers can be set once in the life of a process.
func elsewhere(t *testing.T) bool {
	t.Helper()
	const child = "WEIR_TEST_CHILD"
	if os.Getenv(child) != "" {
		return false
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), child+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return true
}

func TestGlobalProviders(t *testing.T) {
	if elsewhere(t) {
		return
	}
	in := point{"weir.stage.elements.in", "r", "s", "", ""}
	unset := otel.GetTracerProvider()
	asked, n := 0, int64(0)
	before := func() []demand.StageStats {
		asked++
		return []demand.StageStats{{Name: "s", In: n}}
	}

	// None is set: nobody asks for the counts, and nothing is kept.
	n = 1000
	begin("r", before).End(nil, false, nil)
	if asked > 0 {
		t.Error("the counts were asked for, and nobody wants them")
	}

	// One is set while runs are at work: what they count is seen, from the begin
	// of the run, and kept.
	n = 7
	run, short := begin("r", before), begin("r", stages(demand.StageStats{Name: "s", In: 1}))
	p, r := meters()
	tp, x := tracers()
	otel.SetMeterProvider(p)
	otel.SetTracerProvider(tp)
	want(t, collect(t, r), map[point]float64{in: 8})
	short.End(nil, false, nil)
	n = 9
	want(t, collect(t, r), map[point]float64{in: 10})

	// Later runs report to it at once, and add to the same sums.
	later := begin("r", stages(demand.StageStats{Name: "s", In: 100}))
	want(t, collect(t, r), map[point]float64{in: 110})
	later.End(nil, false, nil)
	run.End(nil, false, nil)
	want(t, collect(t, r), map[point]float64{in: 110})
	if got := spans(t, x); len(got) != 2 {
		t.Errorf("spans %v, want those of the later run", got)
	}

	// Who has kept what was global before gets the same.
	x.Reset()
	run = begin("kept", stages(demand.StageStats{Name: "s"}), trace.Tracers(unset))
	run.End(nil, false, nil)
	got := spans(t, x)
	if whole, part := got["weir.run kept"], got["weir.stage s"]; len(got) != 2 || !whole.StartTime.Equal(part.StartTime) {
		t.Errorf("spans %v, want the run and its stage, of one length", got)
	}
}

// What the documentation shows works: a run that is over long before the interval
// is sent on shutdown.
func TestGlobalExport(t *testing.T) {
	if elsewhere(t) {
		return
	}
	metrics, sent := &lastMetrics{}, &lastSpans{}
	shutdown := export(metrics, sent)
	ctx, outer := otel.Tracer("test").Start(context.Background(), "outer", oteltrace.WithNewRoot())
	run := trace.NewObserver().Start(ctx, "r")
	run.Observe(stages(full()))
	run.End(nil, false, nil)
	outer.End()
	if err := shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, sm := range metrics.got.ScopeMetrics {
		for _, m := range sm.Metrics {
			names[m.Name] = true
		}
	}
	if len(names) == 0 || !names["weir.stage.elements.in"] || names["weir.link.held"] {
		t.Errorf("metrics sent: %v, want the counters", names)
	}
	want := 0 // one trace in ten is sampled, whole
	if outer.SpanContext().IsSampled() {
		want = 3
	}
	if sent.n != want {
		t.Errorf("%d spans sent, want %d", sent.n, want)
	}
}

// lastMetrics keeps what was sent last.
type lastMetrics struct {
	sdkmetric.Exporter
	got metricdata.ResourceMetrics
}

func (*lastMetrics) Temporality(k sdkmetric.InstrumentKind) metricdata.Temporality {
	return sdkmetric.DefaultTemporalitySelector(k)
}

func (*lastMetrics) Aggregation(k sdkmetric.InstrumentKind) sdkmetric.Aggregation {
	return sdkmetric.DefaultAggregationSelector(k)
}

func (e *lastMetrics) Export(_ context.Context, rm *metricdata.ResourceMetrics) error {
	e.got = *rm
	return nil
}

func (*lastMetrics) ForceFlush(context.Context) error { return nil }
func (*lastMetrics) Shutdown(context.Context) error   { return nil }

// lastSpans counts what was sent.
type lastSpans struct{ n int }

func (e *lastSpans) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	e.n += len(spans)
	return nil
}

func (*lastSpans) Shutdown(context.Context) error { return nil }
