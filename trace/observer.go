package trace

import (
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// scope is the name of the instrumentation: of its tracer and its meter.
const scope = "github.com/weir-go/weir"

// An Option says where telemetry goes.
type Option func(*Observer)

// Tracers sets the provider of tracers, instead of the global one. nil leaves
// it at that.
func Tracers(p trace.TracerProvider) Option {
	return func(o *Observer) {
		if p != nil {
			o.tracers = p
		}
	}
}

// Meters sets the provider of meters, instead of the global one. nil leaves it
// at that. It has to be comparable, as a pointer is. What was counted is kept for as long as the process lives, once for
// each provider: a process has one, or a few.
func Meters(p metric.MeterProvider) Option {
	return func(o *Observer) {
		if p != nil {
			o.meters = p
		}
	}
}

// An Observer watches runs. It may be used by many of them at once.
type Observer struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
}

// NewObserver returns an observer that uses the providers that are global at
// that moment, unless told otherwise.
func NewObserver(opts ...Option) *Observer {
	o := &Observer{tracers: otel.GetTracerProvider(), meters: otel.GetMeterProvider()}
	for _, opt := range opts {
		opt(o)
	}
	return o
}
