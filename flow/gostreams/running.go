package gostreams

import (
	"context"
	"math"
	"sync"

	streams "github.com/reugn/go-streams"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/stage"
)

// A Running is the run behind a part of ours in a pipeline of go-streams, which
// itself has no way to tell of an error.
type Running struct {
	ctx context.Context
	cfg config

	mu   sync.Mutex
	runs []*flow.Running // the part's, and transfers to the next part
	err  error
}

// Err returns why the elements ended, nil if they have not, or have all come. It
// is known when the part has closed the channel of the next one, or has completed
// if it is a sink: so it is behind To.
func (r *Running) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Wait waits until every goroutine of the part has ended, and returns its error. A
// part that takes elements goes on receiving them, whatever happens, so that who
// sends them is not left behind: it ends when upstream has closed its channel.
func (r *Running) Wait() error {
	r.mu.Lock()
	runs := r.runs
	r.mu.Unlock()
	for _, run := range runs {
		r.note(run.Wait())
	}
	return r.Err()
}

// note notes an error; the first one counts.
func (r *Running) note(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

func (r *Running) start(p flow.Pipeline) (*flow.Running, error) {
	run, err := p.With(r.cfg.run...).Start(r.ctx)
	if err != nil {
		r.note(err)
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.runs = append(r.runs[:len(r.runs):len(r.runs)], run)
	return run, nil
}

// transfer moves what comes out of a part to the next one, on a run of its own.
func (r *Running) transfer(out <-chan any, next streams.Inlet) *flow.Running {
	in := next.In()
	run, err := r.start(flow.From(inbox[any](r, "transfer", out, nil)).To(outbox[any](r, in)))
	if err != nil {
		close(in)
	}
	return run
}

// to is transfer until all is done.
func (r *Running) to(out <-chan any, sink streams.Sink) {
	if run := r.transfer(out, sink); run != nil {
		r.note(run.Wait())
	}
	sink.AwaitCompletion()
}

// inbox is the source of a run whose elements are sent to in. stop tells who sends
// them that no more are wanted. It is nil where that is a part of ours, which ends
// by itself when it is drained.
func inbox[T any](r *Running, name string, in <-chan any, stop func()) stage.Source[T] {
	m := stage.Configure("GoStreamsInlet", stage.TakesName, []stage.Option{stage.Name(name)})
	m.Blocking, m.DrainsItself = true, stop == nil
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		b := &inlet[T]{receiver: receiver[T]{rt: rt, tie: newTie(rt, rt.Reads()), from: in, ends: stop == nil}, stop: stop}
		b.tie.grace = math.MaxInt64
		b.over = func() error {
			if cause := context.Cause(r.ctx); cause != nil {
				return cause // the run will learn of it; upstream, which closed, has
			}
			return demand.ErrCompleted
		}
		rt.OnClose(func() error {
			defer b.tie.cancel()
			if b.begun && !b.shut {
				r.note(context.Cause(rt.Context()))
				b.tell()
				b.drain(nil)
			}
			return nil
		})
		return b
	})
}

type inlet[T any] struct {
	receiver[T]
	stop  func()
	begun bool // the run was started, and not given up before
}

func (b *inlet[T]) Pull(dst *demand.Chunk[T]) error {
	b.begun = true
	return b.pull(dst)
}

func (b *inlet[T]) Cancel(cause error) {
	b.begun = true
	if b.err == nil {
		b.err = cause
	}
	b.tell()
}

func (b *inlet[T]) tell() {
	if b.stop != nil && !b.shut {
		b.stop()
	}
}

// outbox is the sink of a run whose elements are received from out. It closes that
// at the end, when the error of the run is known to r.
func outbox[T any](r *Running, out chan<- any) stage.Sink[T] {
	m := small(stage.Configure("GoStreamsOutlet", stage.TakesName, nil))
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] {
		return &outlet[T]{sender[T]{ctx: rt.Context(), to: out}, r}
	})
}

type outlet[T any] struct {
	sender[T]
	r *Running
}

func (o *outlet[T]) Write(in *demand.Chunk[T]) error { return o.send(in) }
func (o *outlet[T]) Flush() error                    { return nil }

func (o *outlet[T]) Close(cause error) error {
	o.r.note(cause)
	o.close()
	return nil
}
