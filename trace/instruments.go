package trace

import (
	"context"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"

	"github.com/weir-go/weir/demand"
)

// What is reported of every stage. The tables of doc.go and of
// docs/operate/telemetry.md say the same; a test compares them.

// counters count, and never go back.
var counters = [...]struct {
	name, unit, help string
	of               func(*demand.StageStats) int64
}{
	{"weir.stage.elements.in", "{element}", "Elements that the stage took from upstream.", func(s *demand.StageStats) int64 { return s.In }},
	{"weir.stage.elements.out", "{element}", "Elements that the stage handed on, or a sink wrote.", func(s *demand.StageStats) int64 { return s.Out }},
	{"weir.stage.elements.failed", "{element}", "Elements that user code refused.", func(s *demand.StageStats) int64 { return s.Failed }},
	{"weir.stage.elements.retries", "{retry}", "Further calls of user code for the same element.", func(s *demand.StageStats) int64 { return s.Retries }},
	{"weir.stage.elements.discarded", "{element}", "Elements that were read, and given up when a run ended early.", func(s *demand.StageStats) int64 { return s.Discarded }},
	{"weir.stage.chunks", "{chunk}", "Answers to pulls.", func(s *demand.StageStats) int64 { return s.Chunks }},
}

// clocks are counters of seconds.
var clocks = [...]struct {
	name, help string
	of         func(*demand.StageStats) time.Duration
}{
	{"weir.stage.busy", "Time at work.", func(s *demand.StageStats) time.Duration { return s.Busy }},
	{"weir.stage.idle", "Time waiting for upstream.", func(s *demand.StageStats) time.Duration { return s.Idle }},
	{"weir.stage.backpressured", "Time waiting for downstream.", func(s *demand.StageStats) time.Duration { return s.Backpressured }},
}

// causes are counters by reason.
var causes = [...]struct{ name, help string }{
	dropped: {"weir.stage.elements.dropped", "Elements that were dropped on purpose."},
	refused: {"weir.buffer.refused", "Elements that were given back to their producer with an error."},
}

const (
	dropped = iota // demand.StageStats.Dropped
	refused        // demand.BufferStats.Refused
)

// levels go up and down, and belong to runs at work. They are sums, of concurrent
// runs of one name, and so up-down counters rather than gauges, as the
// conventions of OpenTelemetry have it for what can be added.
var levels = [...]struct {
	name, help string
	of         func(*demand.StageStats) (n int, ok bool)
}{
	{"weir.link.held", "Elements in the link.", func(s *demand.StageStats) (int, bool) {
		if s.Link == nil {
			return 0, false
		}
		return s.Link.Held, true
	}},
	{"weir.link.capacity", "Elements that the link can hold; what is not held is credit.", func(s *demand.StageStats) (int, bool) {
		if s.Link == nil {
			return 0, false
		}
		return s.Link.Cap, true
	}},
	{"weir.buffer.held", "Elements in the buffer.", func(s *demand.StageStats) (int, bool) {
		if s.Buffer == nil {
			return 0, false
		}
		return s.Buffer.Held, true
	}},
	{"weir.buffer.capacity", "Elements that the buffer can hold.", func(s *demand.StageStats) (int, bool) {
		if s.Buffer == nil {
			return 0, false
		}
		return s.Buffer.Capacity, true
	}},
}

// instruments are those of one meter, in the order of the tables.
type instruments struct {
	counters [len(counters)]metric.Int64Observable
	clocks   [len(clocks)]metric.Float64Observable
	causes   [len(causes)]metric.Int64Observable
	levels   [len(levels)]metric.Int64Observable
}

// newInstruments makes the instruments and has collect called for them. What the
// provider does not like goes to the error handler of OpenTelemetry: a run does
// not fail because nobody can watch it.
func newInstruments(p metric.MeterProvider, collect func(*instruments, metric.Observer)) {
	m := p.Meter(scope)
	ins := &instruments{}
	var all []metric.Observable
	keep := func(i metric.Observable, err error) {
		if err != nil {
			otel.Handle(err)
		}
		all = append(all, i)
	}
	for i, c := range counters {
		got, err := m.Int64ObservableCounter(c.name, metric.WithUnit(c.unit), metric.WithDescription(c.help))
		ins.counters[i] = got
		keep(got, err)
	}
	for i, c := range clocks {
		got, err := m.Float64ObservableCounter(c.name, metric.WithUnit("s"), metric.WithDescription(c.help))
		ins.clocks[i] = got
		keep(got, err)
	}
	for i, c := range causes {
		got, err := m.Int64ObservableCounter(c.name, metric.WithUnit("{element}"), metric.WithDescription(c.help))
		ins.causes[i] = got
		keep(got, err)
	}
	for i, l := range levels {
		got, err := m.Int64ObservableUpDownCounter(l.name, metric.WithUnit("{element}"), metric.WithDescription(l.help))
		ins.levels[i] = got
		keep(got, err)
	}
	_, err := m.RegisterCallback(func(_ context.Context, to metric.Observer) error {
		collect(ins, to)
		return nil
	}, all...)
	if err != nil {
		otel.Handle(err)
	}
}
