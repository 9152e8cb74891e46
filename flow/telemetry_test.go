package flow_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	nooptrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/trace"
)

// A telescope is an SDK of OpenTelemetry that exports into memory.
type telescope struct {
	tracers  *sdktrace.TracerProvider
	exported *tracetest.InMemoryExporter
	meters   *sdkmetric.MeterProvider
	reader   *sdkmetric.ManualReader
}

func newTelescope() *telescope {
	s := &telescope{exported: tracetest.NewInMemoryExporter(), reader: sdkmetric.NewManualReader()}
	s.tracers = sdktrace.NewTracerProvider(sdktrace.WithSyncer(s.exported))
	s.meters = sdkmetric.NewMeterProvider(sdkmetric.WithReader(s.reader))
	return s
}

func (s *telescope) on(p flow.Pipeline, name string) flow.Pipeline {
	return p.With(flow.Named(name), flow.Telemetry(trace.Tracers(s.tracers), trace.Meters(s.meters)))
}

func (s *telescope) span(t *testing.T, name string) tracetest.SpanStub {
	t.Helper()
	for _, got := range s.exported.GetSpans() {
		if got.Name == name {
			return got
		}
	}
	t.Fatalf("no span %q", name)
	return tracetest.SpanStub{}
}

func attributeOf(s tracetest.SpanStub, key attribute.Key) any {
	for _, kv := range s.Attributes {
		if kv.Key == key {
			return kv.Value.AsInterface()
		}
	}
	return nil
}

// values reads an instrument: by stage, and by stage:reason where there is one.
func (s *telescope) values(t testing.TB, name, run string) map[string]float64 {
	t.Helper()
	var rm metricdata.ResourceMetrics
	if err := s.reader.Collect(context.Background(), &rm); err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	put := func(attrs attribute.Set, v float64) {
		if of, _ := attrs.Value("weir.run"); of.AsString() != run {
			return
		}
		at, _ := attrs.Value("weir.stage")
		key := at.AsString()
		if reason, ok := attrs.Value("weir.reason"); ok {
			key += ":" + reason.AsString()
		}
		got[key] = v
	}
	for _, sm := range rm.ScopeMetrics {
		for _, m := range sm.Metrics {
			if m.Name != name {
				continue
			}
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range d.DataPoints {
					put(p.Attributes, float64(p.Value))
				}
			case metricdata.Sum[float64]:
				for _, p := range d.DataPoints {
					put(p.Attributes, p.Value)
				}
			}
		}
	}
	return got
}

func refuseTens(_ context.Context, v int) (int, error) {
	if v%10 == 0 {
		return 0, errors.New("a ten")
	}
	return v, nil
}

func TestTelemetryAgreesWithTheSnapshot(t *testing.T) {
	s := newTelescope()
	f := flow.From(source.Range(0, 1000, stage.Name("numbers")))
	f = flow.Via(f, operators.MapContext(refuseTens, stage.Name("check"), stage.OnError(stage.Skip())))
	f = f.Via(operators.Async[int](64, stage.Name("hop")))
	p := s.on(f.To(sink.Discard[int](stage.Name("end"))), "orders")
	r, err := p.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(); err != nil {
		t.Fatal(err)
	}
	in, out := s.values(t, "weir.stage.elements.in", "orders"), s.values(t, "weir.stage.elements.out", "orders")
	busy := s.values(t, "weir.stage.busy", "orders")
	for _, st := range r.Snapshot().Stages {
		span := s.span(t, "weir.stage "+st.Name)
		if in[st.Name] != float64(st.In) || out[st.Name] != float64(st.Out) || busy[st.Name] != st.Busy.Seconds() {
			t.Errorf("%s: metrics in %v, out %v, busy %v; the snapshot says %d, %d, %v",
				st.Name, in[st.Name], out[st.Name], busy[st.Name], st.In, st.Out, st.Busy)
		}
		if attributeOf(span, "weir.stage.elements.in") != st.In || attributeOf(span, "weir.stage.elements.out") != st.Out {
			t.Errorf("%s: span in %v, out %v; the snapshot says %d, %d", st.Name,
				attributeOf(span, "weir.stage.elements.in"), attributeOf(span, "weir.stage.elements.out"), st.In, st.Out)
		}
	}
	if len(in) != 4 || in["check"] != 1000 || out["check"] != 900 || in["end"] != 900 {
		t.Errorf("in %v, out %v", in, out)
	}
	if d := s.values(t, "weir.stage.elements.dropped", "orders"); len(d) != 1 || d["check:skipped_error"] != 100 {
		t.Errorf("dropped %v, want 100 at check", d)
	}
	whole := s.span(t, "weir.run orders")
	for key, want := range map[attribute.Key]any{
		"weir.run.elements.in": int64(1000), "weir.run.elements.out": int64(900), "weir.run.elements.dropped": int64(100),
		"weir.run.elements.failed": int64(100), "weir.run.draining": false,
	} {
		if got := attributeOf(whole, key); got != want {
			t.Errorf("%s of the run is %v, want %v", key, got, want)
		}
	}
}

// What sinks of all branches write belongs to the totals; dead letters do not.
func TestTelemetryOfAGraph(t *testing.T) {
	s := newTelescope()
	var dead []stage.Letter
	f := flow.Via(flow.Merge(flow.From(source.Range(0, 100)), flow.From(source.Range(0, 100))),
		operators.MapContext(refuseTens, stage.OnError(stage.DeadLetter(sink.Slice(&dead)))))
	branches := flow.Broadcast(f, 2)
	p := s.on(branches[0].To(sink.Discard[int]()), "graph")
	if err := flow.Run(context.Background(), p, branches[1].Via(operators.Take[int](20)).To(sink.Discard[int]())); err != nil {
		t.Fatal(err)
	}
	whole := s.span(t, "weir.run graph")
	for key, want := range map[attribute.Key]int64{
		"weir.run.elements.in": 200, "weir.run.elements.out": 180 + 20,
	} {
		if got := attributeOf(whole, key); got != want {
			t.Errorf("%s is %v, want %d", key, got, want)
		}
	}
	if len(dead) != 20 {
		t.Errorf("%d dead letters, want 20", len(dead))
	}
}

// Spans that user code begins belong to the run, on whatever goroutine it is
// called.
func TestUserCodeGetsTheSpanOfTheRun(t *testing.T) {
	for name, opts := range map[string][]stage.Option{
		"fused":     nil,
		"workers":   {stage.Workers(4)},
		"unordered": {stage.Workers(4), stage.Unordered()},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTelescope()
			f := flow.Via(flow.From(source.Range(0, 8)), operators.MapContext(func(ctx context.Context, v int) (int, error) {
				_, span := s.tracers.Tracer("user").Start(ctx, "call")
				span.End()
				return v, nil
			}, opts...))
			ctx, outer := s.tracers.Tracer("user").Start(context.Background(), "job")
			if err := s.on(f.To(sink.Discard[int]()), "r").Run(ctx); err != nil {
				t.Fatal(err)
			}
			outer.End()
			whole := s.span(t, "weir.run r")
			if whole.Parent.SpanID() != outer.SpanContext().SpanID() {
				t.Error("the run is no child of the span that it was started in")
			}
			calls := 0
			for _, span := range s.exported.GetSpans() {
				if span.Name != "call" {
					continue
				}
				calls++
				if span.Parent.SpanID() != whole.SpanContext.SpanID() {
					t.Error("a span of user code is no child of the run")
				}
			}
			if calls != 8 {
				t.Errorf("%d spans of user code, want 8", calls)
			}
		})
	}
}

func TestTelemetryOfAFailure(t *testing.T) {
	s := newTelescope()
	f := flow.Via(flow.From(source.Range(1, 1000)), operators.MapContext(refuseTens, stage.Name("check")))
	err := s.on(f.To(sink.Discard[int](stage.Name("end"))), "r").Run(context.Background())
	if err == nil {
		t.Fatal("the run succeeded")
	}
	for span, failed := range map[string]bool{"weir.run r": true, "weir.stage check": true, "weir.stage end": false} {
		got := s.span(t, span)
		if failed && (got.Status.Code != codes.Error || got.Status.Description != err.Error() || len(got.Events) != 1) {
			t.Errorf("%s: status %v, %d events", span, got.Status, len(got.Events))
		}
		if !failed && got.Status.Code != codes.Unset {
			t.Errorf("%s: status %v", span, got.Status)
		}
	}
	if failed := s.values(t, "weir.stage.elements.failed", "r"); failed["check"] != 1 {
		t.Errorf("failed %v, want 1 at check", failed)
	}
}

func TestTelemetryOfARunThatDidNotStart(t *testing.T) {
	s := newTelescope()
	var got []int
	p := s.on(flow.From(source.Range(0, 3)).To(sink.Slice(&got)), "r")
	if err := p.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.exported.Reset()
	if err := p.Run(context.Background()); !errors.Is(err, stage.ErrUsed) {
		t.Fatal(err)
	}
	if n := len(s.exported.GetSpans()); n != 1 || s.span(t, "weir.run r").Status.Code != codes.Error {
		t.Errorf("%d spans, want that of the run, failed", n)
	}
	if in := s.values(t, "weir.stage.elements.in", "r"); in["slice"] != 3 {
		t.Errorf("in %v, want 3 at the sink, of the first run", in)
	}
}

// While a run is at work its links and buffers are seen, and what it has counted
// so far; all of it is told apart from what another run does.
func TestTelemetryOfARunAtWork(t *testing.T) {
	s := newTelescope()
	q := source.Queue[int](32, demand.DropNewest, stage.Name("in"))
	for v := range 40 {
		if err := q.Offer(context.Background(), v); err != nil {
			t.Fatal(err)
		}
	}
	entered, open := make(chan struct{}), make(chan struct{})
	var first sync.Once
	p := s.on(flow.From(q).Via(operators.Async[int](16, stage.Name("hop"))).To(sink.ForEach(func(int) error {
		first.Do(func() { close(entered); <-open })
		return nil
	}, stage.Name("end"))), "r")
	r, err := p.Start(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	<-entered
	if c := s.values(t, "weir.buffer.capacity", "r"); len(c) != 1 || c["in"] != 32 {
		t.Errorf("capacity of buffers %v, want 32", c)
	}
	if c := s.values(t, "weir.link.capacity", "r"); len(c) != 1 || c["hop"] != 16 {
		t.Errorf("capacity of links %v, want 16", c)
	}
	if d := s.values(t, "weir.stage.elements.dropped", "r"); d["in:drop_newest"] != 8 {
		t.Errorf("dropped %v, want 8 at the queue", d)
	}
	if held := s.values(t, "weir.buffer.held", "r")["in"] + s.values(t, "weir.link.held", "r")["hop"]; held <= 0 || held > 32 {
		t.Errorf("%v elements are held, of 32", held)
	}
	close(open)
	if err := r.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"weir.buffer.held", "weir.buffer.capacity", "weir.link.held", "weir.link.capacity"} {
		if left := s.values(t, name, "r"); len(left) > 0 {
			t.Errorf("after the end %s is %v", name, left)
		}
	}
	if out := s.values(t, "weir.stage.elements.out", "r"); out["end"] != 32 {
		t.Errorf("out %v, want 32 at the sink", out)
	}
	whole := s.span(t, "weir.run r")
	if attributeOf(whole, "weir.run.draining") != true || attributeOf(whole, "weir.run.elements.in") != int64(32) {
		t.Errorf("the run has %v", whole.Attributes)
	}
}

// Many runs at once, some of which fail or are stopped, while metrics are
// collected: sums never go back, and books balance at the end.
func TestTelemetryOfManyRuns(t *testing.T) {
	s := newTelescope()
	looks := make(chan struct{}, 1)
	lookUp := func() { // a goroutine that collects without a pause would have the only CPU to itself
		select {
		case looks <- struct{}{}:
		default:
		}
	}
	f := flow.Via(flow.From(source.Range(0, 500)), operators.MapContext(refuseTens, stage.Name("check"), stage.OnError(stage.Skip()))).
		Via(operators.Async[int](8, stage.Name("hop")))
	fine := s.on(f.To(sink.ForEach(func(v int) error {
		if v%250 == 1 {
			lookUp()
		}
		return nil
	}, stage.Name("end"))), "r")
	broken := s.on(f.To(sink.ForEach(func(v int) error {
		if v > 200 {
			lookUp()
			return io.EOF
		}
		return nil
	}, stage.Name("end"))), "r")
	const workers, rounds = 4, 20
	var work, look sync.WaitGroup
	look.Go(func() {
		seen, times := 0.0, 0
		for range looks {
			times++
			in := s.values(t, "weir.stage.elements.in", "r")["check"]
			if in < seen {
				t.Errorf("went back from %v to %v", seen, in)
			}
			seen = in
		}
		if times < rounds {
			t.Errorf("looked %d times only", times)
		}
	})
	for range workers {
		work.Go(func() {
			for range rounds {
				if err := fine.Run(context.Background()); err != nil {
					t.Error(err)
				}
				if err := broken.Run(context.Background()); !errors.Is(err, io.EOF) {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	close(looks)
	look.Wait()
	in, out := s.values(t, "weir.stage.elements.in", "r"), s.values(t, "weir.stage.elements.out", "r")
	drops, gone := s.values(t, "weir.stage.elements.dropped", "r"), s.values(t, "weir.stage.elements.discarded", "r")
	if least := float64(workers * rounds * 500); in["check"] < least || in["check"] > 2*least {
		t.Errorf("%v elements went in, want %v to %v", in["check"], least, 2*least)
	}
	if in["check"] != out["check"]+drops["check:skipped_error"]+gone["check"] {
		t.Errorf("check: in %v, out %v, dropped %v, discarded %v", in["check"], out["check"], drops, gone["check"])
	}
}

// Seconds are those of the clock, also of a virtual one.
func TestTelemetryOfTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTelescope()
		p := s.on(flow.From(source.Range(0, 100)).To(sink.ForEach(func(int) error {
			time.Sleep(10 * time.Millisecond) // work, of virtual time
			return nil
		}, stage.Name("end"))), "r")
		if err := p.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if busy := s.values(t, "weir.stage.busy", "r"); busy["end"] != 1 {
			t.Errorf("busy %v, want 1 s at the sink", busy)
		}
		for _, name := range []string{"weir.run r", "weir.stage end", "weir.stage range"} {
			if span := s.span(t, name); span.EndTime.Sub(span.StartTime) != time.Second {
				t.Errorf("%s took %v, want 1s", name, span.EndTime.Sub(span.StartTime))
			}
		}
	})
}

// What a small run costs: without anybody to look, and with an SDK.
func BenchmarkTelemetry(b *testing.B) {
	s := newTelescope()
	unsampled := sdktrace.NewTracerProvider(sdktrace.WithSampler(sdktrace.NeverSample()))
	for name, opts := range map[string][]trace.Option{
		"unset":     nil,
		"noop":      {trace.Tracers(nooptrace.NewTracerProvider()), trace.Meters(noopmetric.NewMeterProvider())},
		"unsampled": {trace.Tracers(unsampled), trace.Meters(s.meters)},
		"sampled":   {trace.Tracers(sdktrace.NewTracerProvider()), trace.Meters(s.meters)},
	} {
		b.Run(name, func(b *testing.B) {
			p := flow.From(source.Range(0, 1)).Via(operators.Async[int](16)).To(sink.Discard[int]()).With(flow.Telemetry(opts...))
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Run(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
