package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
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
	}},
	{"filter.md", "Filter", "Fewer elements than came.", []string{
		"operators.Filter", "operators.FilterMap", "operators.Take", "operators.TakeWhile", "operators.TakeUntil",
		"operators.Skip", "operators.SkipWhile", "operators.Distinct", "operators.DistinctBy",
		"operators.FilterMapErr", "operators.First", "operators.Last", "operators.ElementAt", "operators.TakeLast", "operators.SkipLast", "operators.DistinctUntilChanged", "operators.DistinctUntilChangedBy", "operators.EveryNth", "operators.SampleShare", "operators.IgnoreElements",
	}},
	{"batch.md", "Batch and window", "Several elements together.", []string{
		"operators.Batch", "operators.Sliding",
	}},
	{"time.md", "Time", "Not more often than, not later than.", []string{
		"operators.Throttle", "operators.Timeout",
		"operators.InitialTimeout", "operators.IdleTimeout", "operators.CompletionTimeout", "operators.Delay", "operators.InitialDelay", "operators.Debounce", "operators.SampleTime", "operators.Audit", "operators.TakeFor", "operators.SkipFor",
	}},
	{"rate.md", "Rate matching", "Where one side is faster than the other.", []string{
		"operators.Async", "operators.Buffer", "operators.BufferWith",
	}},
	{"combine.md", "Combine", "One flow of several.", []string{
		"flow.Merge", "flow.Concat", "flow.Zip",
	}},
	{"split.md", "Split", "Several flows of one.", []string{
		"flow.Broadcast", "flow.Balance", "flow.Partition", "flow.Flow.AlsoTo",
		"flow.Flow.DivertTo", "flow.Flow.WireTap", "flow.Unzip", "operators.GroupBy",
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
}

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
				errs = append(errs, fmt.Errorf("%s: %s does not exist, or does not say when it emits", f.file, id))
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		e := entries[id]
		switch {
		case seen[id] == "":
			errs = append(errs, fmt.Errorf("%s stands in no family of internal/docgen", id))
		case e.diagram == "":
			errs = append(errs, fmt.Errorf("%s has no diagram", id))
		case len(e.snippets) == 0:
			errs = append(errs, fmt.Errorf("%s has no Example", id))
		case len(e.contract.rows) != len(parts):
			errs = append(errs, fmt.Errorf("%s: of emits, backpressures, completes, fails, cancels it says only %v", id, e.contract.rows))
		}
	}
	return errors.Join(errs...)
}
