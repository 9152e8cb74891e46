package trace

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A RunSpan watches one run: it has the span of it, and reports its counts
// while it is at work. Start begins it; Discard or End ends it, once.
type RunSpan struct {
	name   string
	meters metric.MeterProvider
	tracer trace.Tracer
	start  time.Time
	ctx    context.Context
	span   trace.Span
	stats  func() []demand.StageStats

	books *books // those that count this run, if any
	at    int    // its place among the live runs there
}

// Start begins the span of a run, as a child of the span in ctx if there is one.
func (o *Observer) Start(ctx context.Context, name string) *RunSpan {
	s := &RunSpan{name: name, meters: o.meters, tracer: o.tracers.Tracer(scope)}
	if quiet(o.tracers) {
		// Most likely nobody will see the span: what it is made of is not put
		// together before it turns out that an agent is attached to the process.
		if s.ctx, s.span = s.tracer.Start(ctx, "weir.run"); s.span.IsRecording() {
			s.start = time.Now()
			s.span.SetName("weir.run " + name)
			s.span.SetAttributes(runKey.String(name))
		}
		return s
	}
	s.start = time.Now()
	s.ctx, s.span = s.tracer.Start(ctx, "weir.run "+name,
		trace.WithTimestamp(s.start), trace.WithAttributes(runKey.String(name)))
	return s
}

// quiet reports that spans of p are most likely not recorded.
func quiet(p trace.TracerProvider) bool {
	switch p.(type) {
	case noop.TracerProvider, *noop.TracerProvider:
		return true
	}
	return isPlaceholder(p) && otel.GetTracerProvider() == p
}

// Context returns the context of the run: the one given to Start with the span
// of the run in it. Stages hand it to user code, so that what happens there is
// part of the trace.
func (s *RunSpan) Context(context.Context) context.Context { return s.ctx }

// Discard ends the span of a run that did not start, because of err.
func (s *RunSpan) Discard(err error) {
	fail(s.span, err)
	s.span.End()
}

// Observe makes the run count from now on: stats is asked whenever metrics are
// collected, from any goroutine, until End returns.
func (s *RunSpan) Observe(stats func() []demand.StageStats) {
	s.stats = stats
	if s.books = booksOf(s.meters); s.books != nil {
		s.books.enter(s)
	}
}

// End ends the span with the totals of the run, and makes a span of each of its
// stages. stats are the last counts; nil stands for those that the function
// given to Observe returns, which is then called only if somebody wants them.
// err is why the run has failed, nil if it has not.
func (s *RunSpan) End(stats []demand.StageStats, draining bool, err error) {
	last := func() []demand.StageStats {
		if stats == nil && s.stats != nil {
			stats = s.stats()
		}
		return stats
	}
	if s.books != nil {
		s.books.leave(s, last)
	}
	if !s.span.IsRecording() {
		s.span.End()
		return
	}
	end := trace.WithTimestamp(time.Now())
	for i := range last() {
		s.stage(&stats[i], end, err)
	}
	s.span.SetAttributes(runTotals(last())...)
	s.span.SetAttributes(drainingKey.Bool(draining))
	fail(s.span, err)
	s.span.End(end)
}

// stage makes the span of a stage. It is as long as the run: how much of that
// the stage was at work is among its totals.
func (s *RunSpan) stage(st *demand.StageStats, end trace.SpanEndOption, err error) {
	_, span := s.tracer.Start(s.ctx, "weir.stage "+st.Name,
		trace.WithTimestamp(s.start), trace.WithAttributes(stageTotals(s.name, st)...))
	if place(err) == st.Name {
		fail(span, err)
	}
	span.End(end)
}

// place returns the name of the stage in which err happened, if that is known.
func place(err error) string {
	if failed, ok := errors.AsType[*stage.Error](err); ok {
		return failed.Stage
	}
	if panicked, ok := errors.AsType[*stage.PanicError](err); ok {
		return panicked.Stage
	}
	return ""
}

// fail notes err in a span. The stack of a panic goes where OpenTelemetry looks
// for it, and not into the description.
func fail(span trace.Span, err error) {
	if err == nil {
		return
	}
	if p, ok := errors.AsType[*stage.PanicError](err); ok {
		what := fmt.Sprintf("weir: stage %q: panic: %v", p.Stage, p.Value)
		span.AddEvent("exception", trace.WithAttributes(
			attribute.String("exception.type", fmt.Sprintf("%T", p.Value)),
			attribute.String("exception.message", what),
			attribute.String("exception.stacktrace", string(p.Stack))))
		span.SetStatus(codes.Error, what)
		return
	}
	span.RecordError(err)
	span.SetStatus(codes.Error, err.Error())
}
