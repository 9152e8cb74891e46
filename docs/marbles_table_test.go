package docs_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

const ms = time.Millisecond

func same(s string) string    { return s }
func first(s string) byte     { return s[0] }
func number(s string) int     { v, _ := strconv.Atoi(s); return v }
func chars(s string) []string { return strings.Split(s, "") }

func even(v int) bool             { return v%2 == 0 }
func add(a, v int) int            { return a + v }
func text[T any](v T) string      { return fmt.Sprint(v) }
func together(a, b string) string { return a + b }

func joined(v []string) string { return strings.Join(v, "") }
func capital(v string) bool    { return v == strings.ToUpper(v) }

func drawnEvent(e operators.Event[string]) string {
	switch {
	case e.Err != nil:
		return "#"
	}
	return e.Value
}

func eventDrawn(s string) operators.Event[string] {
	if s == "#" {
		return operators.Event[string]{Err: errDrawn}
	}
	return operators.Event[string]{Value: s}
}

func parsed(s string) (int, error) {
	if s == "x" {
		return 0, errDrawn
	}
	return number(s), nil
}

// one is an operator that stands in the last stream, and what it gets in the first.
func one(s stage.Stage[string, string]) func(*stagehand) []flow.Pipeline {
	return func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{h.in(0).Via(s).To(h.out(len(h.d) - 1))}
	}
}

// numeric is one of numbers.
func numeric[Out any](s stage.Stage[int, Out]) func(*stagehand) []flow.Pipeline {
	return one(through(number, s, text[Out]))
}

// split is several outputs, which stand below the first stream.
func split(h *stagehand, flows ...flow.Flow[string]) (all []flow.Pipeline) {
	for i, f := range flows {
		all = append(all, f.To(h.out(i+1)))
	}
	return all
}

// meant is what a diagram means: the operator with the arguments that it shows.
var meant = map[string]func(h *stagehand) []flow.Pipeline{
	"operators.Map":    numeric(operators.Map(func(v int) int { return v * v })),
	"operators.MapErr": one(through(same, operators.MapErr(parsed), text[int])),
	"operators.MapContext": one(operators.MapContext(func(_ context.Context, v string) (string, error) {
		time.Sleep(5 * ms)
		return v, nil
	}, stage.Workers(3))),
	"operators.MapKeyed": one(operators.MapKeyed(first, func(_ context.Context, v string) (string, error) {
		time.Sleep(map[string]time.Duration{"a1": 8 * ms, "a2": 3 * ms, "b1": ms}[v])
		return v, nil
	}, stage.Workers(2))),
	"operators.ConcatMap": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{h.in(0).Via(operators.ConcatMap(h.sourceOf)).To(h.out(3))}
	},
	"operators.MergeMap": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{h.in(0).Via(operators.MergeMap(2, h.sourceOf)).To(h.out(3))}
	},
	"operators.SwitchMap": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{h.in(0).Via(operators.SwitchMap(h.sourceOf)).To(h.out(3))}
	},
	"operators.ExhaustMap": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{h.in(0).Via(operators.ExhaustMap(h.sourceOf)).To(h.out(3))}
	},
	"operators.Scan":       numeric(operators.Scan(0, add)),
	"operators.FlatMap":    one(operators.FlatMap(func(v string) []string { return []string{v + "1", v + "2"} })),
	"operators.FlatMapSeq": one(operators.FlatMapSeq(func(v string) iter.Seq[string] { return slices.Values([]string{v + "1", v + "2"}) })),
	"operators.FlatMapErr": one(operators.FlatMapErr(func(v string) ([]string, error) {
		_, err := parsed(v)
		return []string{v, v}, err
	})),
	"operators.Unbatch":     one(through(chars, operators.Unbatch[string](), same)),
	"operators.StatefulMap": numeric(operators.StatefulMap(func() int { return 0 }, func(a, v int) (int, []int) { return a + v, []int{a + v} }, func(a int) []int { return []int{a} })),
	"operators.Fold":        numeric(operators.Fold(0, add)),
	"operators.Reduce":      numeric(operators.Reduce(add)),
	"operators.Pairwise":    one(through(same, operators.Pairwise[string](), func(v [2]string) string { return v[0] + v[1] })),
	"operators.WithIndex": one(through(same, operators.WithIndex[string](), func(v operators.Indexed[string]) string {
		return fmt.Sprint(v.Index, v.Value)
	})),
	"operators.Materialize":   one(through(same, operators.Materialize[string](), drawnEvent)),
	"operators.Dematerialize": one(through(eventDrawn, operators.Dematerialize[string](), same)),

	"operators.Filter":    numeric(operators.Filter(even)),
	"operators.FilterMap": numeric(operators.FilterMap(func(v int) (int, bool) { return v / 2, even(v) })),
	"operators.FilterMapErr": one(operators.FilterMapErr(func(v string) (string, bool, error) {
		n, err := parsed(v)
		return v, even(n), err
	})),
	"operators.Take":                   one(operators.Take[string](2)),
	"operators.TakeWhile":              numeric(operators.TakeWhile(func(v int) bool { return v < 3 })),
	"operators.TakeUntil":              numeric(operators.TakeUntil(func(v int) bool { return v > 3 })),
	"operators.Skip":                   one(operators.Skip[string](2)),
	"operators.SkipWhile":              numeric(operators.SkipWhile(func(v int) bool { return v < 3 })),
	"operators.Distinct":               one(operators.Distinct[string](9)),
	"operators.DistinctBy":             one(operators.DistinctBy(first, 9)),
	"operators.DistinctUntilChanged":   one(operators.DistinctUntilChanged[string]()),
	"operators.DistinctUntilChangedBy": one(operators.DistinctUntilChangedBy(first)),
	"operators.First":                  one(operators.First[string]()),
	"operators.Last":                   one(operators.Last[string]()),
	"operators.ElementAt":              one(operators.ElementAt[string](2)),
	"operators.TakeLast":               one(operators.TakeLast[string](2)),
	"operators.SkipLast":               one(operators.SkipLast[string](2)),
	"operators.EveryNth":               one(operators.EveryNth[string](2)),
	"operators.SampleShare":            one(operators.SampleShare[string](0.5, 1)),
	"operators.IgnoreElements":         one(operators.IgnoreElements[string]()),
	"operators.SkipUntil":              numeric(operators.SkipUntil(func(v int) bool { return v > 3 })),
	"operators.Dedupe":                 one(operators.Dedupe(7*ms, 9, same)),

	"operators.Feedback": numeric(operators.Feedback(operators.Map(func(v int) int { return 2 * v }),
		func(v int) (int, bool) { return v, v < 10 }, 1, demand.Fail)),

	"operators.Batch":         one(through(same, operators.Batch[string](3, 4*ms), joined)),
	"operators.Sliding":       one(through(same, operators.Sliding[string](2, 1), joined)),
	"operators.BatchWeighted": one(through(same, operators.BatchWeighted(4, 9*ms, func(v string) int64 { return int64(number(v[1:])) }), joined)),
	"operators.SplitWhen":     one(through(same, operators.SplitWhen(capital, 100), joined)),
	"operators.SplitAfter":    one(through(same, operators.SplitAfter(capital, 100), joined)),
	"operators.ChunkBy":       one(through(same, operators.ChunkBy(first, 100), joined)),
	"operators.TimeWindow":    one(through(same, operators.TimeWindow[string](4*ms, 100), joined)),
	"operators.SlidingTime":   one(through(same, operators.SlidingTime[string](8*ms, 4*ms, 100), joined)),
	"operators.SessionWindow": one(through(same, operators.SessionWindow[string](3*ms, 100), joined)),

	"operators.Throttle":          one(operators.Throttle[string](1, 2*ms)),
	"operators.Timeout":           one(operators.Timeout[string](5 * ms)),
	"operators.InitialTimeout":    one(operators.InitialTimeout[string](4 * ms)),
	"operators.IdleTimeout":       one(operators.IdleTimeout[string](4 * ms)),
	"operators.CompletionTimeout": one(operators.CompletionTimeout[string](6 * ms)),
	"operators.Delay":             one(operators.Delay[string](3*ms, 8)),
	"operators.InitialDelay": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{h.late(0).Via(operators.InitialDelay[string](3 * ms)).To(h.out(1))}
	},
	"operators.Debounce":   one(operators.Debounce[string](3 * ms)),
	"operators.SampleTime": one(operators.SampleTime[string](4 * ms)),
	"operators.Audit":      one(operators.Audit[string](3 * ms)),
	"operators.TakeFor":    one(operators.TakeFor[string](4 * ms)),
	"operators.SkipFor":    one(operators.SkipFor[string](4 * ms)),
	"operators.KeepAlive":  one(operators.KeepAlive(3*ms, func() string { return "k" })),
	"operators.ThrottleWith": one(operators.ThrottleWith(operators.ThrottleConfig[string]{Rate: 1, Per: ms, Burst: 2, Cost: func(v string) int {
		if capital(v) {
			return 2
		}
		return 1
	}})),
	"operators.TimeInterval": one(through(same, operators.TimeInterval[string](), func(v operators.Interval[string]) string {
		return fmt.Sprint(v.Value, "+", v.Since.Milliseconds())
	})),
	"operators.Timestamp": func(h *stagehand) []flow.Pipeline {
		return one(through(same, operators.Timestamp[string](), func(v operators.Timestamped[string]) string {
			return fmt.Sprint(v.Value, "@", v.At.Sub(h.begun).Milliseconds())
		}))(h)
	},

	"operators.GroupBy": one(operators.GroupBy(first, 9, func(b byte) stage.Stage[string, string] {
		return through(same, operators.Scan(0, func(n int, _ string) int { return n + 1 }), func(n int) string { return fmt.Sprint(string(b), n) })
	})),

	"operators.Recover": one(operators.Recover(func(error) (string, bool) { return "z", true })),
	"operators.RecoverWith": func(h *stagehand) []flow.Pipeline {
		return one(operators.RecoverWith(func(error) (stage.Source[string], bool) { return h.source(1, time.Time{}), true }))(h)
	},
	"operators.OnErrorComplete": one(operators.OnErrorComplete[string](func(err error) bool { return errors.Is(err, errDrawn) })),
	"operators.WrapError":       one(operators.WrapError[string](func(err error) error { return err })),

	"operators.Peek":         one(operators.Peek(func(string) {})),
	"operators.Monitor":      one(operators.Monitor[string](operators.Hooks{})),
	"operators.DoOnComplete": one(operators.DoOnComplete[string](func() {})),
	"operators.DoOnError":    one(operators.DoOnError[string](func(error) {})),
	"operators.Log":          one(operators.Log[string](slog.New(slog.DiscardHandler), slog.LevelInfo)),
	"operators.Kill": func(h *stagehand) []flow.Pipeline {
		var k operators.KillSwitch
		time.AfterFunc(h.when(1, "S"), k.Shutdown)
		return one(operators.Kill[string](&k))(h)
	},
	"operators.Gate": func(h *stagehand) []flow.Pipeline {
		var v operators.Valve
		time.AfterFunc(h.when(1, "s"), v.Pause)
		time.AfterFunc(h.when(1, "o"), v.Resume)
		return one(operators.Gate[string](&v))(h)
	},

	"flow.Merge": func(h *stagehand) []flow.Pipeline { return []flow.Pipeline{flow.Merge(h.in(0), h.in(1)).To(h.out(2))} },
	"flow.Concat": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{flow.Concat(h.in(0), h.late(1)).To(h.out(2))}
	},
	"flow.Zip": func(h *stagehand) []flow.Pipeline {
		pairs := flow.Via(flow.Zip(h.in(0), h.in(1)), operators.Map(func(p flow.Pair[string, string]) string { return p.First + p.Second }))
		return []flow.Pipeline{pairs.To(h.out(2))}
	},
	"flow.Zip3": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{flow.Zip3With(h.in(0), h.in(1), h.in(2), func(a, b, c string) string { return a + b + c }).To(h.out(3))}
	},
	"flow.Zip4": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{flow.Zip4With(h.in(0), h.in(1), h.in(2), h.in(3), func(a, b, c, d string) string { return a + b + c + d }).To(h.out(4))}
	},
	"flow.MergeSorted": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{flow.MergeSorted(strings.Compare, h.in(0), h.in(1)).To(h.out(2))}
	},
	"flow.Interleave": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{flow.Interleave(2, h.in(0), h.in(1)).To(h.out(2))}
	},
	"flow.Race": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{flow.Race(h.in(0), h.in(1)).To(h.out(2))}
	},
	"flow.CombineLatest": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{flow.CombineLatest(h.in(0), h.in(1), together).To(h.out(2))}
	},
	"flow.ZipLatest": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{flow.ZipLatest(h.in(0), h.in(1), together).To(h.out(2))}
	},
	"flow.WithLatestFrom": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{flow.WithLatestFrom(h.in(0), h.in(1), together).To(h.out(2))}
	},
	"flow.Prepend":   func(h *stagehand) []flow.Pipeline { return []flow.Pipeline{h.in(0).Prepend("a", "b").To(h.out(1))} },
	"flow.OrElse":    func(h *stagehand) []flow.Pipeline { return []flow.Pipeline{h.in(0).OrElse(h.late(1)).To(h.out(2))} },
	"flow.Broadcast": func(h *stagehand) []flow.Pipeline { return split(h, flow.Broadcast(h.in(0), 2)...) },
	"flow.Partition": func(h *stagehand) []flow.Pipeline {
		return split(h, flow.Partition(h.in(0), 2, func(v string) int { return number(v) % 2 })...)
	},
	"flow.Unzip": func(h *stagehand) []flow.Pipeline {
		a, b := flow.Unzip(h.in(0), func(v string) (string, string) { return v[:1], v[1:] })
		return split(h, a, b)
	},
	"flow.AlsoTo": func(h *stagehand) []flow.Pipeline { return []flow.Pipeline{h.in(0).AlsoTo(h.out(1)).To(h.out(2))} },
	"flow.DivertTo": func(h *stagehand) []flow.Pipeline {
		return []flow.Pipeline{h.in(0).DivertTo(h.out(1), func(v string) bool { return even(number(v)) }).To(h.out(2))}
	},
}

// sourceOf is the source that the diagram has for an element, in its own time.
func (h *stagehand) sourceOf(v string) stage.Source[string] {
	for i, s := range h.d {
		if s.name == "source of "+v {
			return h.source(i, time.Time{})
		}
	}
	h.t.Errorf("the diagram has no source of %s", v)
	return nil
}

// notRun are the diagrams that are not run, and why.
var notRun = map[string]string{
	"operators.Async":               "its link takes what comes; the diagram shows a downstream that begins late",
	"operators.Buffer":              "the diagram shows a downstream that is busy; its tests have such ones",
	"operators.BufferWith":          "the diagram shows a downstream that is busy",
	"operators.DoOnCancel":          "the diagram shows a downstream that wants no more",
	"operators.LatestWhileBusy":     "the diagram shows a downstream that is busy",
	"operators.DropWhileBusy":       "the diagram shows a downstream that is busy",
	"operators.Conflate":            "the diagram shows a downstream that is busy",
	"operators.ConflateWith":        "the diagram shows a downstream that is busy",
	"operators.BatchWhileBusy":      "the diagram shows a downstream that is busy",
	"operators.Expand":              "the diagram shows when downstream asks",
	"operators.Extrapolate":         "the diagram shows when downstream asks",
	"operators.ExtrapolateFrom":     "the diagram shows when downstream asks",
	"operators.BackpressureTimeout": "the diagram shows a downstream that is busy",
	"flow.MergePreferred":           "the diagram shows a downstream that is slow",
	"flow.MergePrioritized":         "the diagram shows the order, not the time",
	"flow.Balance":                  "who gets an element depends on who comes first",
	"flow.WireTap":                  "the diagram shows a tap that is slow",
}

// when is the time at which a stream says what.
func (h *stagehand) when(i int, what string) time.Duration {
	for _, m := range h.d[i].marks {
		if m.text == what {
			return time.Duration(m.at) * ms
		}
	}
	h.t.Fatalf("%s does not say %s", h.d[i].name, what)
	return 0
}

func TestMarblesAreTrue(t *testing.T) {
	all := diagrams(t, "operators")
	for name, d := range diagrams(t, "flow") {
		all[name] = d
	}
	for name, d := range all {
		if last := d[len(d)-1]; last.start != d[0].start {
			t.Errorf("%s: the first and the last stream begin in columns %d and %d of the text", name, d[0].start, last.start)
		}
		play, reason := meant[name], notRun[name]
		switch {
		case play == nil && reason == "":
			t.Errorf("the diagram of %s is not run: say in docs/marbles_table_test.go what it means, or why not", name)
		case play != nil && reason != "":
			t.Errorf("%s is on both lists", name)
		case play != nil:
			t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { show(t, d, play) }) })
		}
	}
	for name := range meant {
		if all[name] == nil {
			t.Errorf("%s has no diagram", name)
		}
	}
	for name := range notRun {
		if all[name] == nil {
			t.Errorf("%s has no diagram", name)
		}
	}
}
