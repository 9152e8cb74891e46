package trace_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/trace"
)

func TestARunAtWorkIsReported(t *testing.T) {
	p, r := meters()
	run := begin("orders", stages(full()), trace.Meters(p))
	at := func(name, reason string) point { return point{name, "orders", "parse", "MapErr", reason} }
	counts := map[point]float64{
		at("weir.stage.elements.in", ""):                   100,
		at("weir.stage.elements.out", ""):                  90,
		at("weir.stage.elements.failed", ""):               3,
		at("weir.stage.elements.retries", ""):              5,
		at("weir.stage.elements.discarded", ""):            2,
		at("weir.stage.chunks", ""):                        7,
		at("weir.stage.elements.dropped", "skipped_error"): 3,
		at("weir.stage.elements.dropped", "drop_oldest"):   5,
		at("weir.buffer.refused", "shed"):                  11,
		at("weir.stage.busy", ""):                          1.5,
		at("weir.stage.idle", ""):                          2,
		at("weir.stage.backpressured", ""):                 0.25,
	}
	held := map[point]float64{
		at("weir.link.held", ""):       4,
		at("weir.link.capacity", ""):   16,
		at("weir.buffer.held", ""):     9,
		at("weir.buffer.capacity", ""): 32,
	}
	got := collect(t, r)
	want(t, got, counts)
	want(t, got, held)
	if len(got) != len(counts)+len(held) {
		t.Errorf("%d values, want %d: %v", len(got), len(counts)+len(held), got)
	}

	run.End([]demand.StageStats{full()}, false, nil)
	got = collect(t, r)
	want(t, got, counts)
	for p := range held {
		want(t, got, map[point]float64{p: -1})
	}
}

// The last counts are those given at the end, or those that the run returns then.
func TestTheLastCountsAreKept(t *testing.T) {
	in := point{"weir.stage.elements.in", "r", "s", "K", ""}
	for _, given := range []bool{true, false} {
		p, r := meters()
		n := int64(0)
		stats := func() []demand.StageStats { return []demand.StageStats{{Name: "s", Kind: "K", In: n}} }
		run := begin("r", stats, trace.Meters(p))
		n = 10
		want(t, collect(t, r), map[point]float64{in: 10})
		n = 25 // nobody has seen these
		if given {
			run.End(stats(), false, nil)
		} else {
			run.End(nil, false, nil)
		}
		n = 1000 // no longer asked
		want(t, collect(t, r), map[point]float64{in: 25})
	}
}

func TestConcurrentRunsOfOneNameAddUp(t *testing.T) {
	p, r := meters()
	st := func(in int64, held int) func() []demand.StageStats {
		return stages(demand.StageStats{Name: "s", In: in, Link: &demand.LinkStats{Held: held, Cap: 10}})
	}
	a := begin("r", st(1, 2), trace.Meters(p))
	b := begin("r", st(20, 3), trace.Meters(p))
	c := begin("other", st(300, 4), trace.Meters(p))
	want(t, collect(t, r), map[point]float64{
		{"weir.stage.elements.in", "r", "s", "", ""}:     21,
		{"weir.link.held", "r", "s", "", ""}:             5,
		{"weir.link.capacity", "r", "s", "", ""}:         20,
		{"weir.stage.elements.in", "other", "s", "", ""}: 300,
	})
	a.End(nil, false, nil)
	want(t, collect(t, r), map[point]float64{
		{"weir.stage.elements.in", "r", "s", "", ""}: 21,
		{"weir.link.held", "r", "s", "", ""}:         3,
	})
	c.End(nil, false, nil)
	b.End(nil, false, nil)
	want(t, collect(t, r), map[point]float64{
		{"weir.stage.elements.in", "r", "s", "", ""}:     21,
		{"weir.stage.elements.in", "other", "s", "", ""}: 300,
		{"weir.link.held", "r", "s", "", ""}:             -1,
	})
}

// Estimated times may come out smaller at the next look; a counter may not.
func TestCountersNeverGoBack(t *testing.T) {
	p, r := meters()
	idle := 10 * time.Second
	run := begin("r", func() []demand.StageStats { return []demand.StageStats{{Name: "s", Idle: idle}} }, trace.Meters(p))
	at := point{"weir.stage.idle", "r", "s", "", ""}
	want(t, collect(t, r), map[point]float64{at: 10})
	idle = 9 * time.Second
	want(t, collect(t, r), map[point]float64{at: 10})
	idle = 11 * time.Second
	want(t, collect(t, r), map[point]float64{at: 11})
	idle = 8 * time.Second
	run.End(nil, false, nil)
	want(t, collect(t, r), map[point]float64{at: 11})
}

// registering counts what is registered with a provider.
type registering struct {
	metric.MeterProvider
	callbacks, instruments atomic.Int64
}

func (p *registering) Meter(name string, opts ...metric.MeterOption) metric.Meter {
	return &registeringMeter{p.MeterProvider.Meter(name, opts...), p}
}

type registeringMeter struct {
	metric.Meter
	p *registering
}

func (m *registeringMeter) RegisterCallback(f metric.Callback, ins ...metric.Observable) (metric.Registration, error) {
	m.p.callbacks.Add(1)
	m.p.instruments.Add(int64(len(ins)))
	return m.Meter.RegisterCallback(f, ins...)
}

func TestInstrumentsAreRegisteredOnce(t *testing.T) {
	sdk, r := meters()
	p := &registering{MeterProvider: sdk}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				begin("r", stages(demand.StageStats{Name: "s", In: 1}), trace.Meters(p)).End(nil, false, nil)
			}
		})
	}
	wg.Wait()
	if p.callbacks.Load() != 1 || p.instruments.Load() != 15 {
		t.Errorf("%d callbacks for %d instruments, want 1 for 15", p.callbacks.Load(), p.instruments.Load())
	}
	want(t, collect(t, r), map[point]float64{{"weir.stage.elements.in", "r", "s", "", ""}: 400})
}

// Runs begin, count and end while two readers collect. What each of them sees
// never goes back, and at the end nothing is lost or counted twice.
func TestRunsEndWhileReadersCollect(t *testing.T) {
	readers := []*sdkmetric.ManualReader{sdkmetric.NewManualReader(), sdkmetric.NewManualReader()}
	p := sdkmetric.NewMeterProvider(sdkmetric.WithReader(readers[0]), sdkmetric.WithReader(readers[1]))
	const workers, runs, steps = 4, 60, 20
	at := point{"weir.stage.elements.out", "r", "s", "", ""}
	var work, look sync.WaitGroup
	looks := make(chan struct{}, len(readers))
	for _, r := range readers {
		look.Go(func() {
			seen := 0.0
			for range looks {
				got := collect(t, r)[at]
				if got < seen {
					t.Errorf("went back from %v to %v", seen, got)
				}
				seen = got
			}
		})
	}
	for range workers {
		work.Go(func() {
			for range runs {
				var n atomic.Int64
				run := begin("r", func() []demand.StageStats { return []demand.StageStats{{Name: "s", Out: n.Load()}} }, trace.Meters(p))
				for i := range steps {
					n.Add(1)
					if i == steps/2 {
						looks <- struct{}{}
					}
				}
				run.End(nil, false, nil)
			}
		})
	}
	work.Wait()
	close(looks)
	look.Wait()
	for _, r := range readers {
		want(t, collect(t, r), map[point]float64{at: workers * runs * steps})
	}
}

// Whatever runs begin, count, end and are looked at, the sum of a name is the
// sum of what its runs have counted.
func TestSumsEqualAModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reader := sdkmetric.NewManualReader()
		p := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
		type running struct {
			span *trace.RunSpan
			name string
			n    *int64
		}
		var live []running
		model := map[string]float64{}
		pick := func() int { return rapid.IntRange(0, len(live)-1).Draw(t, "run") }
		check := func() {
			var rm metricdata.ResourceMetrics
			if err := reader.Collect(context.Background(), &rm); err != nil {
				t.Fatal(err)
			}
			got := map[string]float64{}
			for _, sm := range rm.ScopeMetrics {
				for _, m := range sm.Metrics {
					if m.Name != "weir.stage.elements.dropped" {
						continue
					}
					for _, d := range m.Data.(metricdata.Sum[int64]).DataPoints {
						at := place(m.Name, d.Attributes)
						got[at.run+"/"+at.reason] += float64(d.Value)
					}
				}
			}
			for name, v := range model {
				if got[name] != v {
					t.Fatalf("%s = %v, want %v", name, got[name], v)
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"begin": func(t *rapid.T) {
				name := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")
				n := new(int64)
				live = append(live, running{begin(name, func() []demand.StageStats {
					return []demand.StageStats{{Name: "s", Dropped: map[string]int64{"why": *n}}}
				}, trace.Meters(p)), name, n})
			},
			"count": func(t *rapid.T) {
				if len(live) == 0 {
					return
				}
				r := live[pick()]
				k := rapid.Int64Range(1, 100).Draw(t, "n")
				*r.n += k
				model[r.name+"/why"] += float64(k)
			},
			"end": func(t *rapid.T) {
				if len(live) == 0 {
					return
				}
				i := pick()
				live[i].span.End(nil, false, nil)
				live = append(live[:i], live[i+1:]...)
			},
			"": func(*rapid.T) { check() },
		})
	})
}

func TestLabelsAreBounded(t *testing.T) {
	r := sdkmetric.NewManualReader()
	p := sdkmetric.NewMeterProvider(sdkmetric.WithReader(r), sdkmetric.WithCardinalityLimit(0))
	// Names of runs that are made up, as by mistake.
	for i := range 1500 {
		begin(fmt.Sprint("job ", i), stages(demand.StageStats{Name: "s", In: 1}), trace.Meters(p)).End(nil, false, nil)
	}
	sums, total := 0, 0.0
	got := collect(t, r)
	for at, v := range got {
		if at.name == "weir.stage.elements.in" {
			sums++
			total += v
		}
	}
	if sums != 1001 || total != 1500 {
		t.Errorf("%d series with %v elements, want 1001 with 1500", sums, total)
	}
	want(t, got, map[point]float64{{"weir.stage.elements.in", "_OTHER", "_OTHER", "_OTHER", ""}: 500})
}

func TestReasonsAreBounded(t *testing.T) {
	p, r := meters()
	dropped := map[string]int64{}
	for i := range 40 {
		dropped[fmt.Sprint("reason ", i)] = 2
	}
	run := begin("r", stages(demand.StageStats{Name: "s", Dropped: dropped}), trace.Meters(p))
	for range 2 {
		reasons, total := 0, 0.0
		got := collect(t, r)
		for at, v := range got {
			if at.name == "weir.stage.elements.dropped" {
				reasons++
				total += v
			}
		}
		if reasons != 17 || total != 80 {
			t.Errorf("%d reasons with %v elements, want 17 with 80", reasons, total)
		}
		want(t, got, map[point]float64{{"weir.stage.elements.dropped", "r", "s", "", "_OTHER"}: 48})
	}
	run.End(nil, false, nil)
}

func TestAProviderThatDoesNothingIsNotBothered(t *testing.T) {
	asked := false
	run := begin("r", func() []demand.StageStats { asked = true; return nil }, trace.Meters(noop.NewMeterProvider()))
	run.End(nil, false, nil)
	if asked {
		t.Error("the counts were asked for, and nobody wants them")
	}
}

// A provider that can't be compared gets nothing, and is no reason to panic.
func TestAProviderThatCannotBeCompared(t *testing.T) {
	var handled []error
	before := otel.GetErrorHandler()
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { handled = append(handled, err) }))
	defer otel.SetErrorHandler(before)
	sdk, r := meters()
	begin("r", stages(full()), trace.Meters(uncomparable{MeterProvider: sdk})).End(nil, false, nil)
	if len(handled) != 1 || !strings.Contains(handled[0].Error(), "trace_test.uncomparable") {
		t.Errorf("handled %v, want one error that names the type", handled)
	}
	if got := collect(t, r); len(got) > 0 {
		t.Errorf("values %v", got)
	}
	begin("r", stages(full()), trace.Meters(&uncomparable{MeterProvider: sdk})).End(nil, false, nil)
	want(t, collect(t, r), map[point]float64{{"weir.stage.elements.in", "r", "parse", "MapErr", ""}: 100})
}

type uncomparable struct {
	metric.MeterProvider
	_ []int
}
