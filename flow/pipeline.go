package flow

import (
	"context"
	"errors"

	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/trace"
)

// A Pipeline is a flow that ends in a sink: something that can run. It is a
// value, and may run many times and at once as far as its ends allow.
type Pipeline struct {
	n     *node
	start func(b *build, here *func()) error
	opts  []RunOption
}

// With adds options for the run. In a run of several pipelines those of all of
// them hold.
func (p Pipeline) With(opts ...RunOption) Pipeline {
	p.opts = append(p.opts[:len(p.opts):len(p.opts)], opts...)
	return p
}

// Run runs the pipeline and returns when every goroutine that it started has
// ended. It returns nil when everything was delivered, also after a drain; the
// first error, as a *stage.Error or *stage.PanicError that names the stage; or
// the cause of ctx.
func (p Pipeline) Run(ctx context.Context) error { return Run(ctx, p) }

// Start runs the pipeline in the background. A mistake in the description is
// an error before anything runs.
func (p Pipeline) Start(ctx context.Context) (*Running, error) { return Start(ctx, p) }

// Run runs pipelines that belong together, such as the branches of a Broadcast,
// as one run; the first error ends all of them.
func Run(ctx context.Context, pipelines ...Pipeline) error {
	r, err := Start(ctx, pipelines...)
	if err != nil {
		return err
	}
	return r.Wait()
}

// Start is Run in the background.
func Start(ctx context.Context, pipelines ...Pipeline) (*Running, error) {
	return start(ctx, false, pipelines)
}

// start opens and starts a run. With here, the first pipeline's sink runs on
// the caller's goroutine.
func start(ctx context.Context, here bool, pipelines []Pipeline) (*Running, error) {
	if len(pipelines) == 0 {
		return nil, errors.New("weir: nothing to run")
	}
	var cfg runConfig
	var roots []*node
	for _, p := range pipelines {
		if p.n == nil {
			return nil, errors.New("weir: the pipeline is empty: make it with Flow.To")
		}
		roots = append(roots, p.n)
		for _, o := range p.opts {
			o(&cfg)
		}
	}
	if err := errors.Join(cfg.err, check(roots)); err != nil {
		return nil, err
	}
	if cfg.name == "" {
		cfg.name = roots[0].sourceTitle() + "→" + roots[0].meta.Title()
	}
	observer := trace.NewObserver(cfg.telemetry...)
	span := observer.Start(ctx, cfg.name)
	run := engine.New(span.Context(ctx), cfg.logger)
	run.Records = wantsRecords(roots)
	b := &build{run: run, hubs: map[*node]any{}}
	var body func()
	for i, p := range pipelines {
		var err error
		if here && i == 0 {
			err = p.start(b, &body)
		} else {
			err = p.start(b, nil)
		}
		if err != nil {
			run.Abort(err)
			span.Discard(err)
			return nil, err
		}
	}
	if len(cfg.signals) > 0 {
		run.Beside = append(run.Beside, cfg.listen(run))
	}
	for _, within := range cfg.within {
		run.Beside = append(run.Beside, fails(within, run))
	}
	span.Observe(run.Stats)
	run.OnEnd = func() {
		span.End(nil, run.Draining(), run.Err())
		for _, f := range cfg.onEnd {
			f(run.Err())
		}
	}
	run.Start(body)
	return &Running{run: run}, nil
}

// sourceTitle names the first source above n.
func (n *node) sourceTitle() string {
	for len(n.in) > 0 {
		n = n.in[0]
	}
	return n.meta.Title()
}
