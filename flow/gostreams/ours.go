package gostreams

import (
	"context"

	streams "github.com/reugn/go-streams"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/stage"
)

// An Option is for a part of ours in a pipeline of go-streams.
type Option func(*config)

type config struct {
	run    []flow.RunOption
	cancel context.CancelFunc
}

// WithRun sets options of the run.
func WithRun(opts ...flow.RunOption) Option {
	return func(c *config) { c.run = append(c.run, opts...) }
}

// WithContextCancel sets a function that is called when the part takes no more
// elements before upstream has ended: it has failed, has enough, or its context
// has ended. Give the context that it cancels to their source, which is not told
// in another way.
func WithContextCancel(cancel context.CancelFunc) Option {
	return func(c *config) { c.cancel = cancel }
}

func newRunning(ctx context.Context, opts []Option) *Running {
	r := &Running{ctx: ctx, cfg: config{cancel: func() {}}}
	for _, o := range opts {
		o(&r.cfg)
	}
	return r
}

// ToSource runs f as a source of go-streams. The run starts at once and waits for
// the first element to be received; it ends with f, or with ctx. An error is a
// mistake in the description of f, before anything runs.
func ToSource[T any](ctx context.Context, f flow.Flow[T], opts ...Option) (*RunningSource, error) {
	s := &RunningSource{Running: newRunning(ctx, opts), out: make(chan any)}
	if _, err := s.start(f.To(outbox[T](s.Running, s.out))); err != nil {
		return nil, err
	}
	return s, nil
}

// A RunningSource is a flow of ours that runs as a source of go-streams.
type RunningSource struct {
	*Running
	out chan any
}

var _ streams.Source = (*RunningSource)(nil)

// Out implements streams.Outlet. The channel is closed at the end; Err tells which
// end it was.
func (s *RunningSource) Out() <-chan any { return s.out }

// Via implements streams.Source: it starts to move elements to next and returns
// that. The channel of next is closed at the end, also when ctx ends.
func (s *RunningSource) Via(next streams.Flow) streams.Flow {
	s.transfer(s.out, next)
	return next
}

// ToFlow runs s as a flow of go-streams, with elements of type In: another one is a
// [TypeError] of the stage that has the name of s and "/in". The run starts at once; it ends when the channel of In is closed,
// when s has enough or fails, or with ctx. Whatever the end, the channel of Out is
// closed, and In goes on receiving until it is closed, so that upstream is not
// left behind; what comes counts as discarded.
func ToFlow[In, Out any](ctx context.Context, s stage.Stage[In, Out], opts ...Option) (*RunningFlow, error) {
	f := &RunningFlow{Running: newRunning(ctx, opts), in: make(chan any), out: make(chan any)}
	name := "flow/in"
	if s != nil {
		name = s.Meta().Title() + "/in"
	}
	ours := flow.Via(flow.From(inbox[In](f.Running, name, f.in, f.cfg.cancel)), s)
	if _, err := f.start(ours.To(outbox[Out](f.Running, f.out))); err != nil {
		return nil, err
	}
	return f, nil
}

// A RunningFlow is a stage of ours that runs as a flow of go-streams.
type RunningFlow struct {
	*Running
	in, out chan any
}

var _ streams.Flow = (*RunningFlow)(nil)

// In implements streams.Inlet.
func (f *RunningFlow) In() chan<- any { return f.in }

// Out implements streams.Outlet, like RunningSource.Out.
func (f *RunningFlow) Out() <-chan any { return f.out }

// Via implements streams.Flow, like RunningSource.Via.
func (f *RunningFlow) Via(next streams.Flow) streams.Flow {
	f.transfer(f.out, next)
	return next
}

// To implements streams.Flow: it moves elements to sink and returns when that has
// completed.
func (f *RunningFlow) To(sink streams.Sink) { f.to(f.out, sink) }

// ToSink runs s as a sink of go-streams, with elements of type T: another one is a
// [TypeError] as in ToFlow. The run starts at once; it ends when the channel of In is closed,
// when s has enough or fails, or with ctx. In goes on receiving until it is closed.
func ToSink[T any](ctx context.Context, s stage.Sink[T], opts ...Option) (*RunningSink, error) {
	k := &RunningSink{Running: newRunning(ctx, opts), in: make(chan any)}
	name := "sink/in"
	if s != nil {
		name = s.Meta().Title() + "/in"
	}
	if _, err := k.start(flow.From(inbox[T](k.Running, name, k.in, k.cfg.cancel)).To(s)); err != nil {
		return nil, err
	}
	return k, nil
}

// A RunningSink is a sink of ours that runs as one of go-streams.
type RunningSink struct {
	*Running
	in chan any
}

var _ streams.Sink = (*RunningSink)(nil)

// In implements streams.Inlet.
func (k *RunningSink) In() chan<- any { return k.in }

// AwaitCompletion implements streams.Sink: it waits for the end of the run. Err
// tells how it ended.
func (k *RunningSink) AwaitCompletion() { _ = k.Wait() }
