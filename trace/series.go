package trace

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/weir-go/weir/demand"
)

// What labels may be is bounded, because what was counted is kept: a name that
// is new when there are too many goes to other. The SDK of OpenTelemetry has a
// limit of 2,000 series an instrument.
const (
	maxSeries  = 1000 // stages, of all run names together
	maxReasons = 16   // of one stage
	other      = "_OTHER"
)

// A series is a stage of all runs of one name: those that have ended, and those
// at work.
type series struct {
	attrs    attribute.Set
	with     []metric.ObserveOption
	counters [len(counters)]tally
	clocks   [len(clocks)]tally
	causes   [len(causes)]map[string]*caused
	levels   [len(levels)]level
}

// A tally adds up one counter.
type tally struct {
	ended int64 // of runs that have ended
	live  int64 // of runs at work, as found in the collection under way
	shown int64 // what was last reported
}

func (t *tally) add(n int64, ended bool) {
	if ended {
		t.ended += n
	} else {
		t.live += n
	}
}

// total ends a collection. Times are estimates until the end of a run and may
// turn out smaller; a counter that goes back would look like a restart.
func (t *tally) total() int64 {
	t.shown = max(t.shown, t.ended+t.live)
	t.live = 0
	return t.shown
}

// caused is a tally with its reason.
type caused struct {
	tally
	with []metric.ObserveOption
}

type level struct {
	n    int64
	seen bool
}

func newSeries(key seriesKey) *series {
	attrs := attribute.NewSet(runKey.String(key.run), stageKey.String(key.stage), kindKey.String(key.kind))
	return &series{attrs: attrs, with: []metric.ObserveOption{metric.WithAttributeSet(attrs)}}
}

// add adds the counts of one run.
func (s *series) add(st *demand.StageStats, ended bool) {
	for i := range counters {
		s.counters[i].add(counters[i].of(st), ended)
	}
	for i := range clocks {
		s.clocks[i].add(int64(clocks[i].of(st)), ended)
	}
	for reason, n := range st.Dropped {
		s.caused(dropped, reason).add(n, ended)
	}
	if st.Buffer != nil {
		for reason, n := range st.Buffer.Refused {
			s.caused(refused, reason).add(int64(n), ended)
		}
	}
	if ended {
		return
	}
	for i := range levels {
		if n, ok := levels[i].of(st); ok {
			s.levels[i].n += int64(n)
			s.levels[i].seen = true
		}
	}
}

func (s *series) caused(i int, reason string) *caused {
	if c := s.causes[i][reason]; c != nil {
		return c
	}
	if s.causes[i] == nil {
		s.causes[i] = map[string]*caused{}
	}
	if len(s.causes[i]) >= maxReasons && reason != other {
		return s.caused(i, other)
	}
	attrs := attribute.NewSet(append(s.attrs.ToSlice(), reasonKey.String(reason))...)
	c := &caused{with: []metric.ObserveOption{metric.WithAttributeSet(attrs)}}
	s.causes[i][reason] = c
	return c
}

// report hands over what was added up, and makes ready for the next collection.
func (s *series) report(ins *instruments, to metric.Observer) {
	for i, c := range ins.counters {
		to.ObserveInt64(c, s.counters[i].total(), s.with...)
	}
	for i, c := range ins.clocks {
		to.ObserveFloat64(c, float64(s.clocks[i].total())/1e9, s.with...)
	}
	for i, c := range ins.causes {
		for _, by := range s.causes[i] {
			to.ObserveInt64(c, by.total(), by.with...)
		}
	}
	for i, c := range ins.levels {
		if s.levels[i].seen {
			to.ObserveInt64(c, s.levels[i].n, s.with...)
		}
		s.levels[i] = level{}
	}
}
