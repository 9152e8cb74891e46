package trace_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/trace"
)

// export sends telemetry of the process to where the exporters lead. Call what
// it returns before the process ends: the last interval is sent then.
func export(metrics sdkmetric.Exporter, spans sdktrace.SpanExporter) (shutdown func(context.Context) error) {
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(
		sdkmetric.NewPeriodicReader(metrics, sdkmetric.WithInterval(10*time.Second))))
	tracers := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(spans),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(0.1))))
	otel.SetMeterProvider(meters)
	otel.SetTracerProvider(tracers)
	return func(ctx context.Context) error {
		return errors.Join(meters.Shutdown(ctx), tracers.Shutdown(ctx))
	}
}

// Telemetry of one pipeline goes to providers of its own. Without Tracers and
// Meters it goes to the global ones.
func Example() {
	reader := sdkmetric.NewManualReader()
	spans := tracetest.NewInMemoryExporter()
	p := flow.From(source.Range(0, 100)).To(sink.Discard[int]()).With(
		flow.Named("numbers"),
		flow.Telemetry(
			trace.Meters(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))),
			trace.Tracers(sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)))))
	if err := p.Run(context.Background()); err != nil {
		fmt.Println(err)
	}

	var got metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &got); err != nil {
		fmt.Println(err)
	}
	for _, m := range got.ScopeMetrics[0].Metrics {
		if sum, ok := m.Data.(metricdata.Sum[int64]); ok && m.Name == "weir.stage.elements.out" {
			total := int64(0)
			for _, p := range sum.DataPoints {
				total += p.Value
			}
			fmt.Println(m.Name, total, m.Unit)
		}
	}
	for _, s := range spans.GetSpans() {
		fmt.Println(s.Name)
	}
	// Output:
	// weir.stage.elements.out 200 {element}
	// weir.stage range
	// weir.stage discard
	// weir.run numbers
}
