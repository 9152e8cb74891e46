package gostreams_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	streams "github.com/reugn/go-streams"
	theirs "github.com/reugn/go-streams/flow"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/flow/gostreams"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
)

// The error is known while upstream, which nobody tells, sends on.
func TestErrIsKnownBeforeUpstreamEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := must(gostreams.ToSink(t.Context(), sink.ForEach(func(int) error { return errUp }), gostreams.WithRun(quiet)))
		for i := range 100 {
			k.In() <- i
		}
		synctest.Wait()
		if !errors.Is(k.Err(), errUp) {
			t.Error(k.Err())
		}
		close(k.In())
		k.AwaitCompletion()
	})
}

// Upstream is told when no more is wanted, though what was taken is still on its
// way.
func TestUpstreamIsToldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		few := stage.Compose(operators.Take[int](3), operators.Async[int](8))
		f := must(gostreams.ToFlow(t.Context(), few, gostreams.WithContextCancel(cancel)))
		for i := range 3 {
			f.In() <- i
		}
		synctest.Wait()
		if ctx.Err() == nil {
			t.Error("upstream was not told")
		}
		close(f.In())
		to, got := gather[int]()
		f.To(to)
		if len(got()) != 3 || f.Wait() != nil {
			t.Errorf("got %v, %v", got(), f.Err())
		}
	})
}

// endedContext has ended, and nobody was told yet.
type endedContext struct{ context.Context }

func (endedContext) Err() error { return context.Canceled }

// Upstream that closes because the context has ended does not complete.
func TestClosedByTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f := must(gostreams.ToFlow(endedContext{ctx}, operators.Map(times10), gostreams.WithRun(quiet)))
	close(f.In())
	to, _ := gather[int]()
	f.To(to)
	if err := f.Wait(); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for range 300 {
		ctx, cancel := context.WithCancel(t.Context())
		p := flow.From(gostreams.Source[int](func(tie *gostreams.Tie) (streams.Outlet, error) {
			out := make(chan any)
			go func() {
				<-tie.Context().Done()
				close(out)
			}()
			go cancel()
			return outlet(out), nil
		})).To(sink.Discard[int]()).With(quiet)
		if err := p.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}

// A source that complains of the end of its context, and a flow that does, have
// not failed.
func TestComplaintsOfTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flow.From(gostreams.Source[int](func(tie *gostreams.Tie) (streams.Outlet, error) {
			out := make(chan any)
			go func() {
				defer close(out)
				<-tie.Context().Done()
				tie.Logger().Error("Failed to read", "error", tie.Context().Err())
			}()
			return outlet(out), nil
		}))
		r, err := f.Via(gostreams.Flow[int, int](flows(theirs.NewPassThrough))).To(sink.Discard[int]()).With(quiet).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := r.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
