package trace

import (
	"maps"
	"slices"

	"go.opentelemetry.io/otel/attribute"

	"github.com/weir-go/weir/demand"
)

// Keys that spans and metrics share, and those of spans alone.
const (
	runKey      = attribute.Key("weir.run")
	stageKey    = attribute.Key("weir.stage")
	kindKey     = attribute.Key("weir.stage.kind")
	reasonKey   = attribute.Key("weir.reason")
	islandKey   = attribute.Key("weir.stage.island")
	drainingKey = attribute.Key("weir.run.draining")
)

// stageTotals are the attributes of the span of a stage. Totals have the names of
// the instruments that count them.
func stageTotals(run string, st *demand.StageStats) []attribute.KeyValue {
	kvs := make([]attribute.KeyValue, 0, 4+len(counters)+len(clocks)+len(st.Dropped))
	kvs = append(kvs, runKey.String(run), stageKey.String(st.Name), kindKey.String(st.Kind), islandKey.String(st.Island))
	for i := range counters {
		kvs = append(kvs, attribute.Int64(counters[i].name, counters[i].of(st)))
	}
	for i := range clocks {
		kvs = append(kvs, attribute.Float64(clocks[i].name, clocks[i].of(st).Seconds()))
	}
	kvs = appendReasons(kvs, dropped, st.Dropped)
	if st.Buffer != nil {
		kvs = appendReasons(kvs, refused, st.Buffer.Refused)
	}
	return kvs
}

// appendReasons adds an attribute for each reason, and one for the rest of them
// when there are too many.
func appendReasons[N int64 | uint64](kvs []attribute.KeyValue, cause int, by map[string]N) []attribute.KeyValue {
	var rest N
	for i, reason := range slices.Sorted(maps.Keys(by)) {
		if i >= maxReasons {
			rest += by[reason]
			continue
		}
		kvs = append(kvs, attribute.Int64(causes[cause].name+"."+reason, int64(by[reason])))
	}
	if rest > 0 {
		kvs = append(kvs, attribute.Int64(causes[cause].name+"."+other, int64(rest)))
	}
	return kvs
}

// runTotals are the attributes of the span of a run: what its sources handed out
// and its sinks took, and what became of elements in between.
func runTotals(stats []demand.StageStats) []attribute.KeyValue {
	var in, out, drops, failed, retries, discarded int64
	for i := range stats {
		st := &stats[i]
		if st.In == 0 {
			in += st.Out
		}
		if ends(stats, i) {
			out += st.Out
		}
		drops += st.DroppedTotal()
		failed += st.Failed
		retries += st.Retries
		discarded += st.Discarded
	}
	return []attribute.KeyValue{
		attribute.Int64("weir.run.elements.in", in),
		attribute.Int64("weir.run.elements.out", out),
		attribute.Int64("weir.run.elements.dropped", drops),
		attribute.Int64("weir.run.elements.failed", failed),
		attribute.Int64("weir.run.elements.retries", retries),
		attribute.Int64("weir.run.elements.discarded", discarded),
	}
}

// ends reports that the i-th stage is a sink: it drives an island, and neither
// fills a link nor divides its elements among the links of branches, which are
// named after it.
func ends(stats []demand.StageStats, i int) bool {
	st := &stats[i]
	if st.Island != st.Name || st.Link != nil {
		return false
	}
	return !slices.ContainsFunc(stats, func(b demand.StageStats) bool {
		return b.Link != nil && b.Name == st.Name+"/0"
	})
}
