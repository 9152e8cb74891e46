package trace

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/weir-go/weir/demand"
)

// An Option says where telemetry goes.
type Option func(*Observer)

// Tracers sets the provider of tracers, instead of the global one.
func Tracers(p trace.TracerProvider) Option { return func(o *Observer) { o.tracers = p } }

// Meters sets the provider of meters, instead of the global one.
func Meters(p metric.MeterProvider) Option { return func(o *Observer) { o.meters = p } }

// An Observer watches runs.
type Observer struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
}

// NewObserver returns an observer that uses the global providers unless told
// otherwise.
func NewObserver(opts ...Option) *Observer {
	o := &Observer{tracers: otel.GetTracerProvider(), meters: otel.GetMeterProvider()}
	for _, opt := range opts {
		opt(o)
	}
	return o
}

// A RunSpan is the span of one run.
type RunSpan struct {
	o    *Observer
	ctx  context.Context
	span trace.Span
}

// Start begins the span of a run.
func (o *Observer) Start(ctx context.Context, name string) *RunSpan {
	s := &RunSpan{o: o}
	s.ctx, s.span = o.tracers.Tracer(scope).Start(ctx, "weir.run "+name)
	return s
}

const scope = "github.com/weir-go/weir"

// Context returns the context of the run, which carries its span.
func (s *RunSpan) Context(context.Context) context.Context { return s.ctx }

// Discard ends the span of a run that did not start.
func (s *RunSpan) Discard(err error) { s.span.RecordError(err); s.span.End() }

// Observe registers the instruments of the run.
func (s *RunSpan) Observe(func() []demand.StageStats) {}

// End ends the span.
func (s *RunSpan) End([]demand.StageStats, bool, error) { s.span.End() }
