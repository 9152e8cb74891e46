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

	mu     sync.Mutex
	sub    demand.Subscription
	asks   int  // requested
	inside bool // Request
	over   bool
	got    int
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
	s := p.s
	s.mu.Lock()
	over, open := s.over, s.asks-s.got
	if s.asks += int(min(n, 1<<20)); s.is("requests nothing") {
		over = true
	}
	if s.is("requests after the end") {
		over = false
	}
	s.inside = true
	s.mu.Unlock()
	switch {
	case over, s.is("forgets earlier demand") && open > 0:
	case s.is("requests zero"):
		s.sub.Request(0)
	case s.is("requests at the same time"):
		go s.sub.Request(n)
		s.sub.Request(n)
	default:
		s.sub.Request(n)
	}
	s.mu.Lock()
	s.inside = false
	s.mu.Unlock()
}

func (p puppet) Cancel() { p.s.leave() }

func (s *right) is(flaw string) bool { return s.flaw == "subscriber "+flaw }

func (s *right) leave() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	if !s.is("never cancels") {
		s.sub.Cancel()
	}
}

func (s *right) OnSubscribe(sub demand.Subscription) {
	if sub == nil {
		if s.is("takes a nil subscription") {
			return
		}
		panic("nil")
	}
	s.mu.Lock()
	refused := s.sub != nil || s.over
	if !refused {
		s.sub = sub
	}
	s.mu.Unlock()
	switch {
	case refused && s.is("panics at the same subscription") && sub == s.sub:
		panic("again")
	case refused && s.is("keeps a second subscription"):
	case refused && s.is("cancels the first subscription"):
		s.sub.Cancel()
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
	over, inside := s.over, s.inside
	s.got++
	got := s.got
	s.mu.Unlock()
	if s.is("takes long for an element") {
		<-time.After(2 * time.Millisecond)
	}
	switch {
	case s.is("panics in OnNext"), over && s.is("panics at an element after Cancel"):
		panic("an element")
	case over, inside && s.is("ignores elements from within Request"):
	case s.probe != nil && s.is("handles out of order"):
		s.probe.OnNext(v ^ 1)
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
		if s.is("takes a nil error") {
			return
		}
		panic("nil")
	}
	if s.is("requests from OnError") {
		s.sub.Request(1)
	}
	if s.end("OnError") && s.probe != nil {
		s.probe.OnError(err)
	}
}

func (s *right) OnComplete() {
	if s.is("cancels from OnComplete") {
		s.sub.Cancel()
	}
	if s.end("OnComplete") && s.probe != nil {
		s.probe.OnComplete()
	}
}

// end reports whether it was the first, and is to be told.
func (s *right) end(how string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.over
	s.over = true
	with := map[bool]string{true: " with a request", false: " without a request"}[s.asks > 0]
	switch {
	case s.is("panics at " + how + with):
		panic("the end")
	case s.is("ignores " + how + with), s.is("ignores the end from within Request") && s.inside:
		return false
	}
	return first
}
