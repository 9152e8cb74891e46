package tck

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
)

// What the rules say is fulfilled by the kit's own publisher, and by the
// subscribers and the processor below.

func number(i int) int { return i }

func numbers(n int) demand.Publisher[int] { return given[int]{n: n, element: number} }

func numbersThenError(n int) demand.Publisher[int] {
	return given[int]{n: n, element: number, err: errGiven}
}

// rejects accepts no subscriber.
type rejects struct{}

func (rejects) Subscribe(_ context.Context, s demand.Subscriber[int]) {
	s.OnSubscribe(noSubscription{})
	s.OnError(errors.New("no"))
}

type noSubscription struct{}

func (noSubscription) Request(int64) {}
func (noSubscription) Cancel()       {}

func rejecting() demand.Publisher[int] { return rejects{} }

func TestPublisherThatIsRight(t *testing.T) {
	Publisher(t, numbers, Failing(numbersThenError), Rejecting(rejecting))
}

func TestPublisherInRealTime(t *testing.T) {
	Publisher(t, numbers, RealTime(10*time.Second, time.Millisecond))
}

// right is a subscriber as it should be. It has a flaw in wrong_test.go.
type right struct {
	ctx   context.Context
	flaw  string
	probe *Probe[int] // or nil: then it requests one element after the other
	most  int         // elements after which it cancels

	mu   sync.Mutex
	sub  demand.Subscription
	asks bool // has requested
	over bool
	got  int
	last []int
}

func TestSubscriberThatIsRight(t *testing.T) {
	Subscriber(t, func(ctx context.Context, p *Probe[int]) demand.Subscriber[int] { return &right{ctx: ctx, probe: p} }, number)
}

func TestBlackboxThatIsRight(t *testing.T) {
	SubscriberBlackbox(t, func(ctx context.Context) demand.Subscriber[int] { return &right{ctx: ctx} }, number)
}

func TestBlackboxThatCancels(t *testing.T) {
	SubscriberBlackbox(t, func(ctx context.Context) demand.Subscriber[int] { return &right{ctx: ctx, most: 3} }, number, CancelsAfter(3))
}

// puppet is how the kit drives a subscriber.
type puppet struct{ s *right }

func (p puppet) Request(n int64) {
	p.s.mu.Lock()
	over := p.s.over
	p.s.mu.Unlock()
	if !over {
		p.s.sub.Request(n)
	}
}

func (p puppet) Cancel() { p.s.leave() }

func (s *right) leave() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.sub.Cancel()
}

func (s *right) OnSubscribe(sub demand.Subscription) {
	if sub == nil {
		panic("nil")
	}
	s.mu.Lock()
	refused := s.sub != nil || s.over
	if !refused {
		s.sub = sub
	}
	s.mu.Unlock()
	switch {
	case refused:
		sub.Cancel()
	case s.probe != nil:
		s.probe.OnSubscribe(puppet{s})
	default:
		sub.Request(1)
	}
}

func (s *right) OnNext(v int) {
	s.mu.Lock()
	over := s.over
	s.got++
	got := s.got
	s.mu.Unlock()
	switch {
	case over:
	case s.probe != nil:
		s.probe.OnNext(v)
	case got == s.most:
		s.leave()
	default:
		s.sub.Request(1)
	}
}

func (s *right) OnError(err error) {
	if err == nil {
		panic("nil")
	}
	if s.end(); s.probe != nil {
		s.probe.OnError(err)
	}
}

func (s *right) OnComplete() {
	if s.end() && s.probe != nil {
		s.probe.OnComplete()
	}
}

// end reports whether it was the first.
func (s *right) end() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.over
	s.over = true
	return first
}
