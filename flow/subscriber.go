package flow

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ErrTooMany is wrapped by the error of a stream whose publisher gave more
// elements than were requested (rule 1.1).
var ErrTooMany = errors.New("weir: the publisher gave more elements than were requested (rule 1.1)")

// FromPublisher begins a flow with a Reactive Streams publisher. Each run
// subscribes once, at its first pull, and requests what is pulled for: a fused
// flow from which one element is requested requests one. It holds at most what
// it has requested. The end of the run, and a stage that has enough, cancel the
// subscription; so does a drain, after which what was received is delivered.
// It fails when the publisher does, and when that gives more than was requested.
func FromPublisher[T any](p demand.Publisher[T], opts ...stage.Option) Flow[T] {
	m := stage.Configure("Publisher", stage.TakesName, opts).Func(p == nil, "publisher")
	m.DrainsItself = true
	return From(stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		in := newInlet[T]()
		in.publisher = p
		return in.open(rt)
	}))
}

// AsSubscriber runs to with what a publisher gives: it starts the run, which
// waits for OnSubscribe. The run ends when the publisher does, or with ctx, which
// cancels the subscription. An error of the sink is the run's, and cancels too.
func AsSubscriber[T any](ctx context.Context, to stage.Sink[T], opts ...RunOption) (demand.Subscriber[T], *Running, error) {
	in := newInlet[T]()
	r, err := in.flow("Subscriber").To(to).With(opts...).Start(ctx)
	if err != nil {
		return nil, nil, err
	}
	return in, r, nil
}

// AsProcessor makes a Reactive Streams processor of a stage. It has one
// subscriber, for which the stage is run; a second one is refused. The error of
// upstream is passed on at once, without demand, unless elements are before it
// or the stage does something else about it.
func AsProcessor[In, Out any](s stage.Stage[In, Out], opts ...RunOption) demand.Processor[In, Out] {
	in := newInlet[In]()
	return &processor[In, Out]{in, Via(in.flow("Processor"), s), opts}
}

type processor[In, Out any] struct {
	*inlet[In]
	f    Flow[Out]
	opts []RunOption
}

func (p *processor[In, Out]) Subscribe(ctx context.Context, s demand.Subscriber[Out]) {
	if s == nil {
		panic("weir: AsProcessor: the subscriber is nil (rule 1.9)")
	}
	subscribe(ctx, p.f, s, p.opts, p.atEnd)
}

// An inlet is a subscriber that a run pulls from. It requests so that what is
// held and what is on its way are never more than one pull has room for.
//
// Its subscriber's methods are called by the publisher, the others by the
// goroutine that pulls, which is the only one to use the subscription (2.7).
type inlet[T any] struct {
	publisher demand.Publisher[T] // nil where somebody else subscribes
	rt        *stage.Runtime
	waiting   demand.Waiting
	begun     bool

	mu    sync.Mutex
	sub   demand.Subscription
	held  []T // held[from:] were received and not yet pulled, in order
	from  int
	due   int64 // requested and not yet received
	err   error // how the stream ended
	left  error // why we left: what still comes is ignored
	isl   *demand.Island
	onEnd func()
}

func newInlet[T any]() *inlet[T] { return &inlet[T]{} }

// flow begins a flow that serves one run.
func (in *inlet[T]) flow(kind string) Flow[T] {
	m := stage.Meta{Kind: kind, DrainsItself: true, Once: new(stage.Once)}
	return From(stage.NewSource(m, in.open))
}

func (in *inlet[T]) open(rt *stage.Runtime) demand.Upstream[T] {
	in.rt = rt
	in.waiting = demand.Waiting{Link: rt.Name(), Outside: true}
	rt.OnDrain(in.wake)
	return &inletEnd[T]{in}
}

// atEnd has f called when the stream has ended, at once if it has already.
func (in *inlet[T]) atEnd(f func()) {
	in.mu.Lock()
	in.onEnd = f
	ended := in.err != nil
	in.mu.Unlock()
	if ended {
		f()
	}
}

// OnSubscribe implements demand.Subscriber.
func (in *inlet[T]) OnSubscribe(sub demand.Subscription) {
	if sub == nil {
		panic("weir: OnSubscribe: the subscription is nil (rule 2.13)")
	}
	in.mu.Lock()
	refused := in.sub != nil || in.left != nil
	if !refused {
		in.sub = sub
	}
	in.mu.Unlock()
	if refused {
		sub.Cancel() // rule 2.5
		return
	}
	in.wake()
}

// OnNext implements demand.Subscriber.
func (in *inlet[T]) OnNext(v T) {
	in.mu.Lock()
	switch {
	case in.left != nil || in.err != nil: // rule 2.8
	case in.due == 0:
		in.err = fmt.Errorf("%w: got %v", ErrTooMany, v)
	default:
		in.due--
		in.held = append(in.held, v)
	}
	in.mu.Unlock()
	in.wake()
}

// OnError implements demand.Subscriber.
func (in *inlet[T]) OnError(err error) {
	if err == nil {
		panic("weir: OnError: the error is nil (rule 2.13)")
	}
	in.end(err)
}

// OnComplete implements demand.Subscriber.
func (in *inlet[T]) OnComplete() { in.end(demand.ErrCompleted) }

func (in *inlet[T]) end(err error) {
	in.mu.Lock()
	if in.err == nil {
		in.err = err
		in.sub = nil // rule 2.4
	}
	f := in.onEnd
	in.mu.Unlock()
	in.wake()
	if f != nil {
		f()
	}
}

func (in *inlet[T]) wake() {
	in.mu.Lock()
	isl := in.isl
	in.mu.Unlock()
	if isl != nil {
		isl.Wake()
	}
}

// inletEnd is where elements leave an inlet.
type inletEnd[T any] struct{ *inlet[T] }

func (in *inletEnd[T]) Pull(dst *demand.Chunk[T]) error {
	in.begin(dst)
	for {
		if done, err := in.take(dst); done {
			return err
		}
		in.request(dst.Free())
		if !dst.Island().Wait(in.ready, dst.Patience(), &in.waiting) {
			if dst.Island().Stopped() {
				return demand.ErrStopped
			}
			return nil
		}
	}
}

// begin subscribes at the first pull.
func (in *inlet[T]) begin(dst *demand.Chunk[T]) {
	if in.begun {
		return
	}
	in.begun = true
	if dst.Island() == nil {
		dst.SetIsland(demand.NewIsland())
	}
	in.mu.Lock()
	in.isl = dst.Island()
	in.mu.Unlock()
	if in.publisher != nil {
		in.publisher.Subscribe(in.rt.Context(), in)
	}
}

// take moves what was received to dst. It reports true if the pull has its
// answer.
func (in *inlet[T]) take(dst *demand.Chunk[T]) (done bool, err error) {
	in.mu.Lock()
	n := copy(dst.Spare(), in.held[in.from:])
	clear(in.held[in.from : in.from+n])
	if in.from += n; in.from == len(in.held) {
		in.held, in.from = in.held[:0], 0
	}
	err = in.err
	in.mu.Unlock()
	switch {
	case n > 0:
		dst.Grow(n)
		return true, nil
	case err != nil:
		return true, err
	case in.rt.Draining():
		in.Cancel(demand.ErrDrained)
		return true, demand.ErrCompleted
	}
	return false, nil
}

// request asks for what the pull under way has room for, unless half of it is on
// its way.
func (in *inlet[T]) request(room int) {
	in.mu.Lock()
	n := int64(room) - in.due
	if in.sub == nil || in.due > int64(room/2) {
		n = 0
	}
	if n > 0 {
		in.due += n
	}
	sub := in.sub
	in.mu.Unlock()
	if n > 0 {
		sub.Request(n)
	}
}

func (in *inlet[T]) ready() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.held) > in.from || in.err != nil || in.rt.Draining() || in.sub != nil && in.due == 0
}

// Cancel implements demand.Upstream.
func (in *inlet[T]) Cancel(cause error) {
	in.mu.Lock()
	sub, n := in.sub, len(in.held)-in.from
	in.sub, in.held, in.from = nil, nil, 0
	if in.left == nil {
		in.left = cause
	}
	in.mu.Unlock()
	in.rt.Discarded(n)
	if sub != nil {
		sub.Cancel()
	}
}
