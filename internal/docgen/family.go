package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A family is one page of the reference.
type family struct {
	file, title, intro string
	ids                []string
}

var families = []family{
	{"transform.md", "Transform", "One element in, one or more out, made by your function.", []string{
		"operators.Map", "operators.MapErr", "operators.MapContext", "operators.Scan", "operators.FlatMap", "operators.FlatMapSeq", "operators.Unbatch",
		"operators.FlatMapErr", "operators.MapKeyed", "operators.StatefulMap", "operators.Fold", "operators.Reduce", "operators.Pairwise", "operators.WithIndex",
		"operators.Materialize", "operators.Dematerialize",
		"operators.ConcatMap", "operators.MergeMap", "operators.SwitchMap", "operators.ExhaustMap",
	}},
	{"filter.md", "Filter", "Fewer elements than came.", []string{
		"operators.Filter", "operators.FilterMap", "operators.Take", "operators.TakeWhile", "operators.TakeUntil",
		"operators.Skip", "operators.SkipWhile", "operators.Distinct", "operators.DistinctBy",
		"operators.FilterMapErr", "operators.First", "operators.Last", "operators.ElementAt", "operators.TakeLast", "operators.SkipLast", "operators.DistinctUntilChanged", "operators.DistinctUntilChangedBy", "operators.EveryNth", "operators.SampleShare", "operators.IgnoreElements",
		"operators.Dedupe", "operators.SkipUntil",
	}},
	{"batch.md", "Batch and window", "Several elements together.", []string{
		"operators.Batch", "operators.Sliding",
		"operators.BatchWeighted", "operators.SplitWhen", "operators.SplitAfter", "operators.ChunkBy", "operators.TimeWindow", "operators.SlidingTime", "operators.SessionWindow",
	}},
	{"time.md", "Time", "Not more often than, not later than.", []string{
		"operators.Throttle", "operators.Timeout",
		"operators.InitialTimeout", "operators.IdleTimeout", "operators.CompletionTimeout", "operators.Delay", "operators.InitialDelay", "operators.Debounce", "operators.SampleTime", "operators.Audit", "operators.TakeFor", "operators.SkipFor",
		"operators.Timestamp", "operators.TimeInterval", "operators.KeepAlive", "operators.ThrottleWith", "operators.BackpressureTimeout",
	}},
	{"rate.md", "Rate matching", "Where one side is faster than the other.", []string{
		"operators.Async", "operators.Buffer", "operators.BufferWith",
		"operators.LatestWhileBusy", "operators.DropWhileBusy", "operators.BatchWhileBusy", "operators.Conflate", "operators.ConflateWith", "operators.Expand", "operators.Extrapolate", "operators.ExtrapolateFrom",
	}},
	{"combine.md", "Combine", "One flow of several.", []string{
		"flow.Merge", "flow.Concat", "flow.Zip",
		"flow.MergeSorted", "flow.Interleave", "flow.Flow.Prepend", "flow.Flow.OrElse", "flow.Zip3", "flow.Zip4",
		"flow.MergePreferred", "flow.MergePrioritized", "flow.Race", "flow.CombineLatest", "flow.ZipLatest", "flow.WithLatestFrom",
	}},
	{"split.md", "Split", "Several flows of one.", []string{
		"flow.Broadcast", "flow.Balance", "flow.Partition", "flow.Flow.AlsoTo",
		"flow.Flow.DivertTo", "flow.Flow.WireTap", "flow.Unzip", "operators.GroupBy",
	}},
	{"hubs.md", "Hubs", "Where flows of different runs meet: producers and consumers that come and go.", []string{
		"flow.NewMergeHub", "flow.NewBroadcastHub", "flow.NewPartitionHub",
	}},
	{"cycles.md", "Cycles", "Elements that go round until they are done.", []string{
		"operators.Feedback",
	}},
	{"errors.md", "Errors", "What to do when something above has failed. For errors of a function, element by element, see stage.OnError.", []string{
		"operators.Recover",
		"operators.RecoverWith", "operators.OnErrorComplete", "operators.WrapError",
	}},
	{"side.md", "Side effects", "To look, and to act from outside.", []string{
		"operators.Peek",
		"operators.Monitor", "operators.DoOnComplete", "operators.DoOnError", "operators.DoOnCancel", "operators.Log", "operators.Kill", "operators.Gate",
	}},
	{"sources.md", "Sources", "Where elements come from. What is not said holds: in order, at the pace of what is below, no goroutine of its own, nothing held beyond what was asked for. Readers of files take an Opener: source.File, source.Reader, or a function of yours.", []string{
		"source.Slice", "source.Range", "source.Func", "source.Seq", "source.Seq2", "source.Chan", "source.Queue", "source.Ticker",
		"source.Lines", "source.CSV", "source.JSONLines", "source.JSONArray", "source.Records",
		"source.Restart",
	}},
	{"sinks.md", "Sinks", "Where elements go. An element is handled when a source that keeps account may forget it. Writers of files take an Opener: sink.File, sink.Output, or a function of yours; sink.Synced makes sure that what was written is on the medium.", []string{
		"sink.ForEach", "sink.Slice", "sink.Discard", "sink.Chan", "sink.ClosingChan",
		"sink.Fold", "sink.Reduce", "sink.Count", "sink.First", "sink.Last", "sink.Min", "sink.Max", "sink.Any", "sink.All", "sink.ToMap",
		"sink.Writer", "sink.Lines", "sink.JSONLines", "sink.CSV", "sink.Encode", "sink.SQL",
		"sink.Adapt", "sink.FlushEvery", "sink.Restart",
	}},
}

// notHere are constructors that are no operators, and stand on no page.
var notHere = []string{"flow.From", "flow.FromPublisher", "flow.Via", "flow.Flow.Via"}

// assign checks that each entry stands in one family and has all that its page
// shows.
func assign(entries map[string]*entry, families []family) error {
	var errs []error
	seen := map[string]string{}
	for _, f := range families {
		for _, id := range f.ids {
			if seen[id] != "" {
				errs = append(errs, fmt.Errorf("%s stands in %s and in %s", id, seen[id], f.file))
			}
			if seen[id] = f.file; entries[id] == nil {
				errs = append(errs, fmt.Errorf("%s: %s does not exist, or is no constructor", f.file, id))
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		e := entries[id]
		switch {
		case seen[id] == "":
			errs = append(errs, fmt.Errorf("%s stands in no family of internal/docgen", id))
		case e.kind == isOperator && e.diagram == "":
			errs = append(errs, fmt.Errorf("%s has no diagram", id))
		case len(e.snippets) == 0:
			errs = append(errs, fmt.Errorf("%s has no Example", id))
		}
		errs = append(errs, e.complete())
	}
	return errors.Join(errs...)
}

// complete checks that an entry says what one of its kind must.
func (e *entry) complete() error {
	var missing []string
	switch e.kind {
	case isOperator:
		for _, p := range parts {
			missing = append(missing, e.contract.lacks(p.when)...)
		}
	case isSource:
		missing = e.contract.lacks("emits", "completes", "fails")
	case isSink:
		missing = e.contract.lacks("backpressures", "completes", "fails", "handled")
	case isHub:
		var errs []error
		for _, end := range e.with {
			errs = append(errs, end.complete())
		}
		if len(e.with) != 2 {
			errs = append(errs, fmt.Errorf("%s has %d ends", e.id, len(e.with)))
		}
		return errors.Join(errs...)
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s does not say: %s", e.id, strings.Join(missing, ", "))
	}
	return nil
}
