package trace

import (
	"fmt"
	"reflect"
	"sync"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/weir-go/weir/demand"
)

// books count all runs that report to one provider of meters. Its instruments
// are cumulative: what a run has counted stays in the sums after its end.
type books struct {
	// placeholder is set where the provider is the one that is global until
	// somebody sets one.
	placeholder metric.MeterProvider

	mu     sync.Mutex
	live   []*RunSpan
	series map[seriesKey]*series
}

type seriesKey struct{ run, stage, kind string }

var shelf struct {
	mu    sync.Mutex
	books map[metric.MeterProvider]*books
}

// booksOf returns the books of a provider, which are opened when it is first
// seen, and nil for one that does nothing.
func booksOf(p metric.MeterProvider) *books {
	switch p.(type) {
	case noop.MeterProvider, *noop.MeterProvider:
		return nil
	}
	if v := reflect.ValueOf(p); v.Kind() != reflect.Pointer && !v.Comparable() {
		otel.Handle(fmt.Errorf("weir: no metrics are reported to a meter provider of type %T, which cannot be compared: give a pointer to it", p))
		return nil
	}
	shelf.mu.Lock()
	defer shelf.mu.Unlock()
	if b := shelf.books[p]; b != nil {
		return b
	}
	b := &books{series: map[seriesKey]*series{}}
	if isPlaceholder(p) {
		b.placeholder = p
	}
	if shelf.books == nil {
		shelf.books = map[metric.MeterProvider]*books{}
	}
	shelf.books[p] = b
	newInstruments(p, b.collect)
	return b
}

// isPlaceholder reports that p is what stands for the global provider until one
// is set, and passes everything on to that afterwards. OpenTelemetry has no
// question for it. Where this one is mistaken, sums are kept in vain.
func isPlaceholder(p any) bool {
	t := reflect.TypeOf(p)
	return t.Kind() == reflect.Pointer && t.Elem().PkgPath() == "go.opentelemetry.io/otel/internal/global"
}

// vain reports that nobody can see what is counted, because no provider has
// been set. A run at work is on the list all the same: one may be set later.
func (b *books) vain() bool {
	return b.placeholder != nil && otel.GetMeterProvider() == b.placeholder
}

// enter adds a run at work.
func (b *books) enter(s *RunSpan) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.at = len(b.live)
	b.live = append(b.live, s)
}

// leave takes a run off, and its last counts into the sums, in one step: a
// collection sees it either at work or ended.
func (b *books) leave(s *RunSpan, last func() []demand.StageStats) {
	var stats []demand.StageStats
	if !b.vain() {
		stats = last()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	end := len(b.live) - 1
	b.live[s.at] = b.live[end]
	b.live[s.at].at = s.at
	b.live[end] = nil
	b.live = b.live[:end]
	for i := range stats {
		b.find(s.name, &stats[i]).add(&stats[i], true)
	}
}

// collect is called for each collection of each reader.
func (b *books) collect(ins *instruments, to metric.Observer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.live {
		stats := s.stats()
		for i := range stats {
			b.find(s.name, &stats[i]).add(&stats[i], false)
		}
	}
	for _, s := range b.series {
		s.report(ins, to)
	}
}

func (b *books) find(run string, st *demand.StageStats) *series {
	key := seriesKey{run, st.Name, st.Kind}
	if s := b.series[key]; s != nil {
		return s
	}
	rest := seriesKey{other, other, other}
	if len(b.series) >= maxSeries && key != rest {
		key = rest
		if s := b.series[key]; s != nil {
			return s
		}
	}
	s := newSeries(key)
	b.series[key] = s
	return s
}
