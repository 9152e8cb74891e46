package flow

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// AsPublisher makes a Reactive Streams publisher of a flow. Each subscription is
// a run of its own, as far as the ends of the flow allow; Cancel, or the end of
// the context of Subscribe, stops it. The demand is exact: a fused flow asks its
// source for as many elements as were requested.
//
// OnNext is called by the goroutine of the flow's last island, OnComplete and
// OnError after the run has ended and everything is closed. The end of a flow is
// seen when something is requested behind the last element. An element counts
// as handled when OnNext has returned. A subscriber that panics gets no further
// signal; the panic is logged and ends the run.
func AsPublisher[T any](f Flow[T], opts ...RunOption) demand.Publisher[T] {
	return &publisher[T]{f: f, opts: opts}
}

type publisher[T any] struct {
	f    Flow[T]
	opts []RunOption
}

func (p *publisher[T]) Subscribe(ctx context.Context, s demand.Subscriber[T]) {
	if s == nil {
		panic("weir: AsPublisher: the subscriber is nil (rule 1.9)")
	}
	subscribe(ctx, p.f, s, p.opts, nil)
}

// subscribe runs f for s. ended, if there is one, gets a function to call when
// upstream has ended: to see that, the run asks for one element more than was
// requested, and keeps it if there is one.
func subscribe[T any](ctx context.Context, f Flow[T], s demand.Subscriber[T], opts []RunOption, ended func(look func())) {
	var cfg runConfig
	for _, o := range opts {
		o(&cfg)
	}
	sub := &subscription[T]{to: s, outer: ctx, logger: cfg.logger, more: make(chan struct{}, 1)}
	if sub.logger == nil {
		sub.logger = slog.Default()
	}
	ctx, sub.cancel = context.WithCancelCause(ctx)
	sub.signal("OnSubscribe", func() { s.OnSubscribe(sub) })
	if sub.over.Load() {
		sub.end(nil)
		return
	}
	m := stage.Configure("Subscriber", stage.TakesName, nil)
	p := f.To(stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] { sub.rt = rt; return sub }))
	r, err := Start(ctx, p.With(opts...).With(onEnd(sub.end)))
	if err != nil {
		sub.end(err)
		return
	}
	sub.started(r)
	if ended != nil {
		ended(sub.look)
	}
}

// A subscription is the end of a run towards a subscriber.
//
// credit is what was requested and not yet delivered. The driver asks upstream
// for no more; a Request from within OnNext only adds to it, so there is no
// recursion (3.3).
type subscription[T any] struct {
	to     demand.Subscriber[T] // let go of at the end (3.13)
	rt     *stage.Runtime
	outer  context.Context
	cancel context.CancelCauseFunc
	logger *slog.Logger
	credit demand.Credits
	ahead  atomic.Bool   // look for the end
	over   atomic.Bool   // cancelled, or at its end: no signal follows
	more   chan struct{} // there is new credit

	mu   sync.Mutex
	run  *Running
	wake func()
	bad  error // a request for less than one element
}

// Request implements demand.Subscription.
func (s *subscription[T]) Request(n int64) {
	if s.over.Load() {
		return
	}
	s.mu.Lock()
	if s.bad != nil {
		s.mu.Unlock()
		return
	}
	_, err := s.credit.Grant(n)
	s.bad = err
	run := s.run
	s.mu.Unlock()
	switch {
	case err == nil:
		s.rouse()
	case run != nil:
		run.run.Fail(err)
	}
}

// Cancel implements demand.Subscription.
func (s *subscription[T]) Cancel() {
	s.over.Store(true)
	s.cancel(demand.ErrEnough)
}

// look asks for an element ahead of demand, to see the end of upstream.
func (s *subscription[T]) look() {
	s.ahead.Store(true)
	s.rouse()
}

// rouse makes the sink look at the demand again.
func (s *subscription[T]) rouse() {
	select {
	case s.more <- struct{}{}:
	default:
	}
	s.mu.Lock()
	wake := s.wake
	s.mu.Unlock()
	if wake != nil {
		wake()
	}
}

// started tells of the run, which may have ended already.
func (s *subscription[T]) started(r *Running) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run = r; s.bad != nil {
		r.run.Fail(s.bad)
	}
}

// Demand implements stage.Demander.
func (s *subscription[T]) Demand(wake func()) int64 {
	if n := s.credit.Have(); n > 0 {
		return n
	}
	s.mu.Lock()
	s.wake = wake
	s.mu.Unlock()
	if n := s.credit.Have(); n > 0 || !s.ahead.Load() {
		return n
	}
	return 1
}

// Write implements stage.Writer.
func (s *subscription[T]) Write(in *demand.Chunk[T]) error {
	if err := s.await(in); err != nil {
		return err
	}
	n := 0
	defer func() {
		s.credit.Take(int64(n))
		if v := recover(); v != nil {
			s.panicked("OnNext", v)
			panic(v) // an error of the run
		}
	}()
	hurry := in.HurryFlag()
	for _, v := range in.Items() {
		if s.over.Load() {
			return demand.ErrEnough
		}
		n++
		s.to.OnNext(v)
		if hurry.Load() {
			break
		}
	}
	in.Advance(n)
	return nil
}

// await waits for credit for an element that was asked for ahead of it.
func (s *subscription[T]) await(in *demand.Chunk[T]) error {
	if s.credit.Have() > 0 {
		return nil
	}
	defer stage.WaitsForRoom(in)()
	for s.credit.Have() == 0 {
		select {
		case <-s.more:
		case <-s.rt.Context().Done():
			return context.Cause(s.rt.Context())
		}
	}
	return nil
}

// Flush implements stage.Writer.
func (s *subscription[T]) Flush() error { return nil }

// Close implements stage.Writer.
func (s *subscription[T]) Close(error) error { return nil }

// end gives the last signal, if one is due: the run has ended.
func (s *subscription[T]) end(err error) {
	to := s.to
	s.to = nil
	switch {
	case s.over.Swap(true), err != nil && s.outer.Err() != nil:
	case err == nil:
		s.signal("OnComplete", to.OnComplete)
	default:
		s.signal("OnError", func() { to.OnError(err) })
	}
	s.cancel(nil)
}

// signal calls a method of the subscriber outside of a stage.
func (s *subscription[T]) signal(name string, f func()) {
	defer func() {
		if v := recover(); v != nil {
			s.panicked(name, v)
		}
	}()
	f()
}

// panicked logs what a subscriber must not do (2.13), and tells it nothing more.
func (s *subscription[T]) panicked(method string, v any) {
	s.over.Store(true)
	s.logger.Error("weir: a subscriber panicked", "method", method, "panic", v, "stack", string(debug.Stack()))
}
