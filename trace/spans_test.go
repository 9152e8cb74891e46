package trace_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/trace"
)

// tracers returns a provider and what it has exported.
func tracers(opts ...sdktrace.TracerProviderOption) (*sdktrace.TracerProvider, *tracetest.InMemoryExporter) {
	x := tracetest.NewInMemoryExporter()
	return sdktrace.NewTracerProvider(append(opts, sdktrace.WithSyncer(x))...), x
}

// spans returns the exported spans by name.
func spans(t *testing.T, x *tracetest.InMemoryExporter) map[string]tracetest.SpanStub {
	t.Helper()
	got := map[string]tracetest.SpanStub{}
	for _, s := range x.GetSpans() {
		if _, twice := got[s.Name]; twice {
			t.Errorf("two spans %q", s.Name)
		}
		got[s.Name] = s
	}
	return got
}

func attrs(s tracetest.SpanStub) map[attribute.Key]any {
	got := map[attribute.Key]any{}
	for _, kv := range s.Attributes {
		got[kv.Key] = kv.Value.AsInterface()
	}
	return got
}

// chain is what a run of three stages on two islands has counted at its end.
func chain() []demand.StageStats {
	parse := full()
	parse.Link, parse.Buffer = nil, nil
	return []demand.StageStats{
		{Name: "read", Kind: "CSV", Island: "link", Out: 100},
		{Name: "link", Kind: "Async", Island: "link", In: 100, Out: 100, Link: &demand.LinkStats{Cap: 16}},
		parse,
		{Name: "sink", Kind: "ForEach", Island: "sink", In: 90, Out: 88, Failed: 1, Discarded: 2},
	}
}

func TestARunIsASpanWithAChildForEachStage(t *testing.T) {
	p, x := tracers()
	ctx, outer := p.Tracer("test").Start(context.Background(), "outer")
	run := trace.NewObserver(trace.Tracers(p)).Start(ctx, "orders")
	inside := oteltrace.SpanContextFromContext(run.Context(ctx))
	run.End(chain(), true, nil)
	outer.End()

	got := spans(t, x)
	if len(got) != 6 {
		t.Fatalf("%d spans, want outer, the run and four stages", len(got))
	}
	whole := got["weir.run orders"]
	if whole.Parent.SpanID() != outer.SpanContext().SpanID() {
		t.Error("the span of the run is no child of the span around it")
	}
	if inside.SpanID() != whole.SpanContext.SpanID() {
		t.Error("the context of the run does not carry its span")
	}
	wantRun := map[attribute.Key]any{
		"weir.run": "orders", "weir.run.draining": true,
		"weir.run.elements.in": int64(100), "weir.run.elements.out": int64(88),
		"weir.run.elements.dropped": int64(8), "weir.run.elements.failed": int64(4),
		"weir.run.elements.retries": int64(5), "weir.run.elements.discarded": int64(4),
	}
	if d := cmp.Diff(wantRun, attrs(whole)); d != "" {
		t.Errorf("attributes of the run (-want +got):\n%s", d)
	}
	if whole.Status.Code != codes.Unset || len(whole.Events) != 0 {
		t.Errorf("status %v, %d events of a run that succeeded", whole.Status, len(whole.Events))
	}
	for _, st := range chain() {
		s, ok := got["weir.stage "+st.Name]
		if !ok {
			t.Errorf("no span of stage %q", st.Name)
			continue
		}
		if s.Parent.SpanID() != whole.SpanContext.SpanID() {
			t.Errorf("stage %q is no child of the run", st.Name)
		}
		if !s.StartTime.Equal(whole.StartTime) || !s.EndTime.Equal(whole.EndTime) {
			t.Errorf("stage %q lasts from %v to %v, the run from %v to %v", st.Name, s.StartTime, s.EndTime, whole.StartTime, whole.EndTime)
		}
	}
	wantStage := map[attribute.Key]any{
		"weir.run": "orders", "weir.stage": "parse", "weir.stage.kind": "MapErr", "weir.stage.island": "sink",
		"weir.stage.elements.in": int64(100), "weir.stage.elements.out": int64(90),
		"weir.stage.elements.dropped.skipped_error": int64(3), "weir.stage.elements.dropped.drop_oldest": int64(5),
		"weir.stage.elements.failed": int64(3), "weir.stage.elements.retries": int64(5),
		"weir.stage.elements.discarded": int64(2), "weir.stage.chunks": int64(7),
		"weir.stage.busy": 1.5, "weir.stage.idle": 2.0, "weir.stage.backpressured": 0.25,
	}
	if d := cmp.Diff(wantStage, attrs(got["weir.stage parse"])); d != "" {
		t.Errorf("attributes of a stage (-want +got):\n%s", d)
	}
}

func TestAFailureIsNotedInTheRunAndItsStage(t *testing.T) {
	for name, c := range map[string]struct {
		err    error
		failed string // the stage
		what   string
		stack  bool
	}{
		"error":   {&stage.Error{Stage: "parse", Record: 7, Err: io.EOF}, "parse", `weir: stage "parse": record 7: EOF`, false},
		"wrapped": {fmt.Errorf("run 5: %w", &stage.Error{Stage: "sink", Err: io.EOF}), "sink", `run 5: weir: stage "sink": EOF`, false},
		"panic":   {&stage.PanicError{Stage: "parse", Value: "ouch", Stack: []byte("goroutine 1\n")}, "parse", `weir: stage "parse": panic: ouch`, true},
		"stopped": {context.Canceled, "", "context canceled", false},
	} {
		t.Run(name, func(t *testing.T) {
			p, x := tracers()
			begin("r", stages(), trace.Tracers(p)).End(chain(), false, c.err)
			got := spans(t, x)
			if len(got) != 5 {
				t.Fatalf("%d spans, want 5", len(got))
			}
			for span, s := range got {
				if span != "weir.run r" && span != "weir.stage "+c.failed {
					if s.Status.Code != codes.Unset || len(s.Events) > 0 {
						t.Errorf("%s has status %v and %d events", span, s.Status, len(s.Events))
					}
					continue
				}
				if s.Status.Code != codes.Error || s.Status.Description != c.what {
					t.Errorf("%s has status %v, want Error %q", span, s.Status, c.what)
				}
				if len(s.Events) != 1 || s.Events[0].Name != "exception" {
					t.Fatalf("%s has events %v, want one exception", span, s.Events)
				}
				stack := ""
				for _, kv := range s.Events[0].Attributes {
					if kv.Key == "exception.stacktrace" {
						stack = kv.Value.AsString()
					}
				}
				if c.stack != strings.Contains(stack, "goroutine 1") {
					t.Errorf("%s: stack %q", span, stack)
				}
			}
		})
	}
}

func TestARunThatDidNotStart(t *testing.T) {
	p, x := tracers()
	trace.NewObserver(trace.Tracers(p)).Start(context.Background(), "r").Discard(errors.New("used twice"))
	got := spans(t, x)
	if s := got["weir.run r"]; len(got) != 1 || s.Status.Code != codes.Error || s.Status.Description != "used twice" {
		t.Errorf("spans %v", got)
	}
}

// A run that is not sampled makes no spans and asks for no counts; the trace
// goes on through it.
func TestARunThatIsNotSampled(t *testing.T) {
	p, x := tracers(sdktrace.WithSampler(sdktrace.NeverSample()))
	ctx, outer := p.Tracer("test").Start(context.Background(), "outer")
	run := trace.NewObserver(trace.Tracers(p)).Start(ctx, "r")
	if got := oteltrace.SpanContextFromContext(run.Context(ctx)); got.TraceID() != outer.SpanContext().TraceID() {
		t.Error("the context of the run is of another trace")
	}
	run.Observe(func() []demand.StageStats { t.Error("the counts were asked for"); return nil })
	run.End(nil, false, errors.New("failed"))
	outer.End()
	if n := len(x.GetSpans()); n > 0 {
		t.Errorf("%d spans", n)
	}
}

// A sampler sees the name and the name label of a run when it decides.
func TestASamplerSeesTheNameOfTheRun(t *testing.T) {
	p, x := tracers(sdktrace.WithSampler(only("orders")))
	for _, name := range []string{"orders", "clicks"} {
		begin(name, stages(demand.StageStats{Name: "s"}), trace.Tracers(p)).End(nil, false, nil)
	}
	got := spans(t, x)
	if _, ok := got["weir.run orders"]; !ok || len(got) != 2 {
		t.Errorf("spans %v, want the run orders and its stage", got)
	}
}

type only string

func (o only) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	for _, kv := range p.Attributes {
		if kv == attribute.String("weir.run", string(o)) {
			return sdktrace.SamplingResult{Decision: sdktrace.RecordAndSample}
		}
	}
	return sdktrace.SamplingResult{Decision: sdktrace.Drop}
}

func (o only) Description() string { return string(o) }

// Branches are sinks of a run, the stage that divides among them is not.
func TestTotalsOfARunWithBranches(t *testing.T) {
	p, x := tracers()
	link := func(name, island string) demand.StageStats {
		return demand.StageStats{Name: name, Kind: "link", Island: island, In: 10, Out: 10, Link: &demand.LinkStats{}}
	}
	begin("r", stages(
		demand.StageStats{Name: "range", Island: "broadcast", Out: 10},
		demand.StageStats{Name: "broadcast", Island: "broadcast", In: 10, Out: 10},
		link("broadcast/0", ""), link("broadcast/1", ""),
		demand.StageStats{Name: "left", Island: "left", In: 10, Out: 10},
		demand.StageStats{Name: "right", Island: "right", In: 10, Out: 4},
	), trace.Tracers(p)).End(nil, false, nil)
	got := attrs(spans(t, x)["weir.run r"])
	if got["weir.run.elements.in"] != int64(10) || got["weir.run.elements.out"] != int64(14) {
		t.Errorf("in %v, out %v, want 10 and 14", got["weir.run.elements.in"], got["weir.run.elements.out"])
	}
}

// A span has room for a bounded number of attributes.
func TestReasonsOfASpanAreBounded(t *testing.T) {
	p, x := tracers()
	dropped := map[string]int64{}
	for i := range 200 {
		dropped[fmt.Sprintf("reason %03d", i)] = 2
	}
	begin("r", stages(demand.StageStats{Name: "s", Dropped: dropped}), trace.Tracers(p)).End(nil, false, nil)
	const name = "weir.stage.elements.dropped."
	reasons := 0
	got := attrs(spans(t, x)["weir.stage s"])
	for key := range got {
		if strings.HasPrefix(string(key), name) {
			reasons++
		}
	}
	if reasons != 17 || got[name+"reason 015"] != int64(2) || got[name+"_OTHER"] != int64(184*2) {
		t.Errorf("%d reasons, %v for the rest, want 17, 368", reasons, got[name+"_OTHER"])
	}
}
