package gostreams_test

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"testing"
	"time"

	streams "github.com/reugn/go-streams"
	"github.com/reugn/go-streams/extension"
	theirs "github.com/reugn/go-streams/flow"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/flow/gostreams"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// A step is what a stage of a random pipeline does, said three times: to a slice,
// by theirs, and by ours.
type step struct {
	name  string
	model func([]int) []int
	their func() streams.Flow
	our   func() stage.Stage[int, int]
}

var steps = []step{
	{"map", func(in []int) []int { return mapped(in, times10) },
		func() streams.Flow { return theirs.NewMap(times10, 1) },
		func() stage.Stage[int, int] { return operators.Map(times10) }},
	{"filter", func(in []int) []int { return slices.DeleteFunc(slices.Clone(in), func(v int) bool { return v%3 == 1 }) },
		func() streams.Flow { return theirs.NewFilter(func(v int) bool { return v%3 != 1 }, 1) },
		func() stage.Stage[int, int] { return operators.Filter(func(v int) bool { return v%3 != 1 }) }},
	{"flatMap", func(in []int) (out []int) {
		for _, v := range in {
			out = append(out, v, v)
		}
		return out
	},
		func() streams.Flow { return theirs.NewFlatMap(twice, 1) },
		func() stage.Stage[int, int] { return operators.FlatMap(twice) }},
	{"fold", func(in []int) []int { return folded(in, 0) },
		func() streams.Flow { return theirs.NewFold(0, plus) },
		func() stage.Stage[int, int] { return operators.Scan(0, func(sum, v int) int { return sum + v }) }},
	{"batch", slices.Clone[[]int],
		func() streams.Flow { return batched{theirs.NewBatch[int](3, time.Hour)} },
		func() stage.Stage[int, int] {
			return stage.Compose(operators.Batch[int](3, 0), operators.Unbatch[int]())
		}},
	{"link", slices.Clone[[]int],
		func() streams.Flow { return theirs.NewPassThrough() },
		func() stage.Stage[int, int] { return operators.Async[int](2) }},
}

// batched is a batch of theirs with the elements apart again behind it.
type batched struct{ *theirs.Batch[int] }

// chain returns the two ends of a batch and what takes it apart.
func (b batched) chain() (streams.Inlet, streams.Flow) {
	return b.Batch, b.Batch.Via(theirs.Flatten[int](1))
}

func ends(f streams.Flow) (streams.Inlet, streams.Flow) {
	if b, ok := f.(batched); ok {
		return b.chain()
	}
	return f, f
}

// A plan is a random pipeline.
type plan struct {
	n      int
	steps  []step
	theirs []bool        // who does a step
	source bool          // theirs
	sink   bool          // theirs
	breaks int           // an element at which it fails, or -1
	stops  time.Duration // when it is cancelled, or 0
}

func drawPlan(t *rapid.T) plan {
	p := plan{
		n:      rapid.IntRange(0, 60).Draw(t, "n"),
		steps:  rapid.SliceOfN(rapid.SampledFrom(steps), 0, 4).Draw(t, "steps"),
		source: rapid.Bool().Draw(t, "their source"),
		sink:   rapid.Bool().Draw(t, "their sink"),
		breaks: -1,
	}
	for range p.steps {
		p.theirs = append(p.theirs, rapid.Bool().Draw(t, "theirs"))
	}
	switch rapid.IntRange(0, 2).Draw(t, "end") {
	case 1:
		p.breaks = rapid.IntRange(0, 60).Draw(t, "breaks")
	case 2:
		p.n = 1 << 40
		p.stops = time.Duration(rapid.IntRange(1, 2000).Draw(t, "stops after µs")) * time.Microsecond
	}
	return p
}

func (p plan) model() []int {
	out := upTo(min(p.n, 60))
	if p.breaks >= 0 {
		out = upTo(min(p.n, p.breaks))
	}
	for _, s := range p.steps {
		out = s.model(out)
	}
	return out
}

// check compares what came with the model. err is why it ended.
func (p plan) check(t *rapid.T, got []int, err error) {
	want := p.model()
	switch {
	case p.stops > 0:
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled: %v", err)
		}
		n := min(len(got), len(want)/2) // what is behind may be of elements that the model has not
		if !slices.Equal(got[:n], want[:n]) {
			t.Fatalf("got %v, want a prefix of %v", got, want)
		}
	case p.breaks >= 0 && p.breaks < p.n:
		if !errors.Is(err, errUp) || len(got) > len(want) || !slices.Equal(got, want[:len(got)]) {
			t.Fatalf("got %v, %v, want a prefix of %v", got, err, want)
		}
	case err != nil || !slices.Equal(got, want):
		t.Fatalf("got %v, %v, want %v", got, err, want)
	}
}

func (p plan) breaking(v int) error {
	if v == p.breaks {
		return errUp
	}
	return nil
}

// In a pipeline of ours.
func (p plan) runHere(ctx context.Context) (got []int, err error) {
	f := flow.From(source.Range(0, p.n)).Via(operators.MapErr(func(v int) (int, error) { return v, p.breaking(v) }))
	if p.source {
		f = flow.From(gostreams.Source[int](func(tie *gostreams.Tie) (streams.Outlet, error) { return p.their(tie.Context(), tie.Logger()), nil }))
	}
	for i, s := range p.steps {
		if !p.theirs[i] {
			f = f.Via(s.our())
			continue
		}
		f = f.Via(gostreams.FlowTied[int, int](func(*gostreams.Tie) (streams.Inlet, streams.Outlet, error) {
			in, out := ends(s.their())
			return in, out, nil
		}))
	}
	to := sink.Slice(&got)
	all := func() []int { return got }
	if p.sink {
		to = gostreams.Sink[int](func(*gostreams.Tie) (streams.Sink, error) {
			var g *gathering[int]
			g, all = gather[int]()
			return g, nil
		})
	}
	err = f.To(to).With(quiet).Run(ctx)
	return all(), err
}

// their is a source of theirs that fails as the plan says.
func (p plan) their(ctx context.Context, log *slog.Logger) streams.Source {
	out := make(chan any)
	go func() {
		defer close(out)
		for i := 0; i < p.n && ctx.Err() == nil; i++ {
			if err := p.breaking(i); err != nil {
				log.Error("broken", "error", err)
				return
			}
			out <- i
		}
	}()
	return extension.NewChanSource(out)
}

// In a pipeline of theirs. Their source can't tell why it ended there, so ours
// fails for it.
func (p plan) runThere(ctx context.Context) (got []int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var parts []interface{ Wait() error }
	fails := operators.MapErr(func(v int) (int, error) { return v, p.breaking(v) })
	opts := []gostreams.Option{gostreams.WithContextCancel(cancel), gostreams.WithRun(quiet)}
	var at streams.Flow
	if p.source {
		f := must(gostreams.ToFlow(ctx, fails, opts...))
		parts = append(parts, f)
		at = theirNumbers(ctx, p.n).Via(f)
	} else {
		s := must(gostreams.ToSource(ctx, flow.From(source.Range(0, p.n)).Via(fails), opts...))
		parts = append(parts, s)
		at = s.Via(theirs.NewPassThrough())
	}
	for i, s := range p.steps {
		if p.theirs[i] {
			in, out := ends(s.their())
			at.Via(inletOnly{in})
			at = out
			continue
		}
		f := must(gostreams.ToFlow(ctx, s.our(), opts...))
		parts = append(parts, f)
		at = at.Via(f)
	}
	all := func() []int { return got }
	var to streams.Sink
	if p.sink {
		to, all = gather[int]()
	} else {
		k := must(gostreams.ToSink(ctx, sink.Slice(&got), opts...))
		parts = append(parts, k)
		to = k
	}
	at.To(to)
	for _, part := range parts {
		if e := part.Wait(); err == nil {
			err = e
		}
	}
	return all(), err
}

// inletOnly is a flow of which only the beginning is used.
type inletOnly struct{ streams.Inlet }

func (inletOnly) Out() <-chan any                 { return nil }
func (inletOnly) Via(f streams.Flow) streams.Flow { return f }
func (inletOnly) To(streams.Sink)                 {}

// Whoever does a step, and in whose pipeline: the results are equal, a failure is
// an error, and nothing is left after a cancel at any moment.
func TestRandomPipelines(t *testing.T) {
	for name, run := range map[string]func(plan, context.Context) ([]int, error){"here": plan.runHere, "there": plan.runThere} {
		for _, procs := range []int{1, 2, 8} {
			t.Run(name, func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				before := goleak.IgnoreCurrent()
				rapid.Check(t, func(t *rapid.T) {
					p := drawPlan(t)
					ctx, cancel := context.WithCancel(context.Background())
					defer cancel()
					if p.stops > 0 {
						time.AfterFunc(p.stops, cancel)
					}
					got, err := run(p, ctx)
					p.check(t, got, err)
					if err := goleak.Find(before); err != nil {
						t.Fatal(err)
					}
				})
			})
		}
	}
}
