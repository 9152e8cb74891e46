package flow

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/trace"
)

// ErrStopped is the cause of a run that was stopped without another one.
var ErrStopped = errors.New("weir: stopped")

// ErrStalled is wrapped by the error of a run in which every part waits for
// another; the error names the links.
var ErrStalled = engine.ErrStalled

// ErrGrace is the error of a run that DrainOn stopped because draining took
// longer than its grace.
var ErrGrace = errors.New("weir: draining took longer than its grace")

// A Running is a run in the background.
type Running struct {
	run *engine.Run
}

// Wait waits until every goroutine of the run has ended, and returns its error
// like Pipeline.Run.
func (r *Running) Wait() error {
	return r.run.Wait()
}

// Done is closed when the run has ended.
func (r *Running) Done() <-chan struct{} { return r.run.Done() }

// Drain stops the run softly: sources end reading and complete, and what was
// read is delivered. It waits for the end and returns the run's error, nil if
// all was delivered; or the cause of ctx, if that ends first, while the run goes
// on draining.
func (r *Running) Drain(ctx context.Context) error {
	r.run.Drain()
	select {
	case <-r.run.Done():
		return r.run.Err()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Stop ends the run at once with cause as its error; nil stands for ErrStopped.
// What is under way is given up. It returns when the user code at work has
// returned and the run has ended, with the run's error, which is an earlier one
// if there was one.
func (r *Running) Stop(cause error) error {
	if cause == nil {
		cause = ErrStopped
	}
	r.run.Fail(cause)
	return r.Wait()
}

// A Snapshot is a look at a run.
type Snapshot struct {
	Elapsed  time.Duration
	Draining bool
	Stages   []demand.StageStats // in the order in which they were opened, sources first
	Detached []error             // failures of branches that left
}

// Snapshot returns the counts of all stages. Those of stages at work are
// published every few rounds, so they may be a little old; after the end they
// are exact.
func (r *Running) Snapshot() Snapshot {
	return Snapshot{Elapsed: r.run.Elapsed(), Draining: r.run.Draining(), Stages: r.run.Stats(), Detached: r.run.Detached()}
}

// Stage returns the counts of the stage with that name, and whether there is one.
func (s Snapshot) Stage(name string) (demand.StageStats, bool) {
	for _, st := range s.Stages {
		if st.Name == name {
			return st, true
		}
	}
	return demand.StageStats{}, false
}

// Bottleneck returns the stage that holds the others back: the busiest one.
func (s Snapshot) Bottleneck() demand.StageStats {
	var most demand.StageStats
	for _, st := range s.Stages {
		if st.Busy > most.Busy {
			most = st
		}
	}
	return most
}

// A RunOption says how a pipeline is run; see Pipeline.With.
type RunOption func(*runConfig)

type runConfig struct {
	name      string
	logger    *slog.Logger
	telemetry []trace.Option
	signals   []os.Signal
	grace     time.Duration
	within    []context.Context
	onEnd     []func(error)
	err       error
}

// Named names the run in spans, metrics and logs.
func Named(name string) RunOption { return func(c *runConfig) { c.name = name } }

// Logger sets where stages log, instead of slog.Default.
func Logger(l *slog.Logger) RunOption { return func(c *runConfig) { c.logger = l } }

// Telemetry sets the OpenTelemetry providers, instead of the global ones.
func Telemetry(opts ...trace.Option) RunOption {
	return func(c *runConfig) { c.telemetry = append(c.telemetry, opts...) }
}

// DrainOn drains the run at the first of the signals. If that takes longer than
// grace, or at a second signal, the run is stopped with ErrGrace.
func DrainOn(signals []os.Signal, grace time.Duration) RunOption {
	return func(c *runConfig) {
		c.signals, c.grace = signals, grace
		if len(signals) == 0 || grace <= 0 {
			c.err = errors.New("weir: DrainOn wants signals and a grace above zero")
		}
	}
}

// Within ends the run with the cause of ctx when ctx ends, as the context of
// Start does. It is for runs that somebody else starts, as with AsPublisher.
func Within(ctx context.Context) RunOption {
	return func(c *runConfig) { c.within = append(c.within, ctx) }
}

// onEnd calls f with the error of the run, after everything is closed and before
// anybody who waits for the run goes on.
func onEnd(f func(error)) RunOption {
	return func(c *runConfig) { c.onEnd = append(c.onEnd, f) }
}

// fails ends the run when ctx ends.
func fails(ctx context.Context, run *engine.Run) func(ended <-chan struct{}) {
	return func(ended <-chan struct{}) {
		select {
		case <-ctx.Done():
			run.Fail(context.Cause(ctx))
		case <-ended:
		}
	}
}

// listen turns signals into drain, then stop.
func (c *runConfig) listen(run *engine.Run) func(ended <-chan struct{}) {
	got := make(chan os.Signal, 2)
	signal.Notify(got, c.signals...)
	return func(ended <-chan struct{}) {
		defer signal.Stop(got)
		select {
		case <-got:
		case <-ended:
			return
		}
		run.Drain()
		t := time.NewTimer(c.grace)
		defer t.Stop()
		select {
		case <-got:
		case <-t.C:
		case <-ended:
			return
		}
		run.Fail(ErrGrace)
	}
}
