package tck

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weir-go/weir/demand"
)

// flawed is a publisher with a flaw, or none. It gives its elements in the
// goroutine that requests.
type flawed struct {
	n    int
	flaw string
	err  error

	mu   sync.Mutex
	subs int
	dead bool
	kept []demand.Subscriber[int]
}

func (p *flawed) is(flaw string) bool { return p.flaw == "publisher "+flaw }

func (p *flawed) Subscribe(ctx context.Context, s demand.Subscriber[int]) {
	switch {
	case s == nil && p.is("takes nil"):
		return
	case s == nil, p.is("panics in Subscribe"):
		panic("no")
	case p.is("signals before OnSubscribe") && p.n == 0:
		s.OnComplete()
	}
	p.mu.Lock()
	again := len(p.kept) > 0 && p.kept[0] == s
	if p.is("panics at the same subscriber") || p.is("keeps its subscribers") {
		p.kept = append(p.kept, s)
	}
	p.subs++
	nth, dead := p.subs, p.dead
	p.mu.Unlock()
	if dead {
		return
	}
	if again && p.is("panics at the same subscriber") {
		panic("again")
	}
	sub := &flaws{p: p, to: s, n: p.n, err: p.err, element: number}
	switch {
	case p.is("gives each subscriber something else"):
		sub.element = func(i int) int { return i + nth }
	case p.is("gives each another order") && nth > 1:
		sub.element = func(i int) int { return p.n - i }
	case p.is("forgets its second subscriber") && nth > 1:
		sub.deaf, sub.mute = true, true
	case p.is("completes when it fails"):
		sub.err = nil
	case p.is("loses the last") && p.n > 1:
		sub.n--
	case p.is("never completes"), p.is("says nothing when empty") && p.n == 0:
		sub.mute = true
	}
	if !p.is("ignores its context") {
		context.AfterFunc(ctx, sub.stop)
	}
	sub.inside.Add(1)
	s.OnSubscribe(sub)
	sub.inside.Add(-1)
	if p.is("subscribes twice") {
		s.OnSubscribe(sub)
	}
	if p.is("gives all at Subscribe") {
		sub.credit.Add(int64(p.n))
	}
	sub.drain()
}

// flaws is the subscription of a flawed publisher.
type flaws struct {
	p       *flawed
	to      demand.Subscriber[int]
	n       int
	err     error
	element func(i int) int
	deaf    bool // gives nothing
	mute    bool // says nothing of the end

	wip    atomic.Int64
	inside atomic.Int64 // signals
	credit atomic.Int64
	over   atomic.Bool // at the end, or cancelled
	left   atomic.Bool // cancelled
	again  atomic.Bool // a completion that should not be
	bad    atomic.Pointer[error]
	at     int
}

func (s *flaws) Request(n int64) {
	is := s.p.is
	if is("takes long to Request") {
		<-time.After(2 * time.Millisecond)
	}
	switch {
	case is("panics at a request for nothing") && n <= 0:
		panic("nothing")
	case is("ignores a request for nothing") && n <= 0,
		is("ignores requests from signals") && s.inside.Load() > 0,
		is("knows no unbounded demand") && n > 1<<40:
		return
	case is("gives three of four") && n == 4:
		s.grant(3)
	case n <= 0:
		err := fmt.Errorf("flawed: %w", demand.ErrDemand)
		if is("names no rule") {
			err = errors.New("flawed: bad demand")
		}
		s.bad.CompareAndSwap(nil, &err)
	case is("gives one more than requested") && n < demand.Unbounded:
		s.grant(n + 1)
	case is("knows the last request only"):
		s.credit.Store(n)
	case is("gives after Cancel") && s.left.Load():
		s.over.Store(false)
		s.grant(n)
	default:
		s.grant(n)
	}
	switch {
	case is("recurses") && s.inside.Load() > 0:
		s.step()
	case is("signals at the same time") && s.inside.Load() > 0:
		go s.step()
	default:
		s.drain()
	}
}

func (s *flaws) grant(n int64) {
	for {
		have := s.credit.Load()
		sum := have + n
		if sum < 0 && s.p.is("fails above unbounded demand") {
			err := errors.New("flawed: too much")
			s.bad.CompareAndSwap(nil, &err)
		}
		if sum < 0 && !s.p.is("overflows") {
			sum = demand.Unbounded
		}
		if s.p.is("overflows") {
			sum = int64(int32(sum)) // it counts in 32 bits
		}
		if s.credit.CompareAndSwap(have, sum) {
			return
		}
	}
}

func (s *flaws) Cancel() {
	is := s.p.is
	if is("takes long to Cancel") {
		<-time.After(2 * time.Millisecond)
	}
	switch {
	case is("panics at Cancel"), is("panics at a second Cancel") && s.left.Load():
		panic("no")
	case is("is of no use after the last Cancel"):
		s.p.mu.Lock()
		s.p.dead = true
		s.p.mu.Unlock()
	case is("completes again after the end") && s.over.Load() && !s.left.Load():
		s.again.Store(true)
		s.drain()
	}
	s.stop()
}

// stop is Cancel without most of the flaws.
func (s *flaws) stop() {
	if first := s.left.CompareAndSwap(false, true); first && !s.over.Swap(true) && s.p.is("completes when cancelled") {
		s.again.Store(true)
	}
	s.drain()
}

func (s *flaws) drain() {
	if s.wip.Add(1) > 1 {
		return
	}
	for seen := int64(1); seen > 0; seen = s.wip.Add(-seen) {
		seen = s.wip.Load()
		for s.step() {
		}
	}
}

// step gives one signal, if one is due.
func (s *flaws) step() (more bool) {
	is := s.p.is
	s.inside.Add(1)
	defer s.inside.Add(-1)
	gives := s.credit.Load() > 0 && s.at < s.n && !s.deaf
	if is("waits until it has what is requested") {
		gives = gives && s.credit.Load() <= int64(s.n-s.at)
	}
	switch bad := s.bad.Load(); {
	case s.again.CompareAndSwap(true, false):
		s.to.OnComplete()
	case s.over.Load() && !(is("ignores Cancel while it gives") && gives):
		if s.left.Load() && !is("gives after Cancel") {
			s.to = nil
		}
	case bad != nil:
		s.over.Store(true)
		s.to.OnError(*bad)
	case s.at == s.n && !s.mute:
		s.over.Store(true)
		s.end()
	case gives:
		if s.credit.Load() != demand.Unbounded {
			s.credit.Add(-1)
		}
		s.at++
		s.to.OnNext(s.element(s.at - 1))
		return true
	}
	return false
}

func (s *flaws) end() {
	switch {
	case s.err != nil:
		s.to.OnError(s.err)
		if s.p.is("completes after OnError") {
			s.to.OnComplete()
		}
	case s.p.is("completes twice"):
		s.to.OnComplete()
		fallthrough
	default:
		s.to.OnComplete()
	}
}

// through is a processor with a flaw, or none. It passes signals on in the
// goroutine that gives them.
type through struct {
	flaw string

	mu    sync.Mutex
	up    demand.Subscription
	to    demand.Subscriber[int]
	asked int64 // before there was anybody to ask
	subs  int
	left  bool
	over  bool
	ended bool // upstream has
	err   error
}

func (p *through) is(flaw string) bool { return p.flaw == "processor "+flaw }

func (p *through) OnSubscribe(sub demand.Subscription) {
	if sub == nil {
		panic("nil")
	}
	p.mu.Lock()
	refused := p.up != nil || p.left
	if !refused {
		p.up = sub
	}
	n := p.asked
	p.mu.Unlock()
	if refused {
		sub.Cancel()
		return
	}
	if p.is("gives without demand") {
		n = 2
	}
	if n > 0 {
		sub.Request(n)
	}
}

func (p *through) OnNext(v int) {
	if to := p.target(false); to != nil {
		to.OnNext(v)
	}
}

// target is the subscriber, if it is to hear more.
func (p *through) target(last bool) demand.Subscriber[int] {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return nil
	}
	p.over = last && p.to != nil
	return p.to
}

func (p *through) OnError(err error) {
	if err == nil {
		panic("nil")
	}
	p.end(err)
}

func (p *through) OnComplete() { p.end(nil) }

func (p *through) end(err error) {
	p.mu.Lock()
	p.ended, p.err = true, err
	p.mu.Unlock()
	if to := p.target(true); to != nil {
		p.tell(to, err)
	}
}

func (p *through) tell(to demand.Subscriber[int], err error) {
	switch {
	case err == nil && p.is("swallows completion"), err != nil && p.is("swallows errors"):
	case err == nil, p.is("makes errors a completion"):
		to.OnComplete()
	default:
		to.OnError(err)
	}
}

func (p *through) Subscribe(ctx context.Context, s demand.Subscriber[int]) {
	if s == nil {
		panic("nil")
	}
	p.mu.Lock()
	p.subs++
	first := p.subs == 1
	if first {
		p.to = s
	}
	ended, err := p.ended, p.err
	p.mu.Unlock()
	if !first {
		s.OnSubscribe(noSubscription{})
		s.OnError(errors.New("taken"))
		return
	}
	context.AfterFunc(ctx, (*passing)(p).Cancel)
	s.OnSubscribe((*passing)(p))
	if ended {
		if to := p.target(true); to != nil {
			p.tell(to, err)
		}
	}
}

// passing is the subscription of a processor.
type passing through

func (s *passing) Request(n int64) {
	p := (*through)(s)
	p.mu.Lock()
	up, over, to := p.up, p.over, p.to
	switch {
	case over:
	case n <= 0:
		p.over = true
	case up == nil:
		p.asked += n
	}
	p.mu.Unlock()
	switch {
	case over:
	case n <= 0:
		if up != nil {
			up.Cancel()
		}
		to.OnError(fmt.Errorf("through: %w", demand.ErrDemand))
	case up != nil && p.is("forgets demand"):
		up.Request(1)
	case up != nil:
		up.Request(n)
	}
}

func (s *passing) Cancel() {
	p := (*through)(s)
	p.mu.Lock()
	up, over := p.up, p.over
	p.over, p.left, p.to = true, true, nil
	p.mu.Unlock()
	if up != nil && !over && !p.is("keeps Cancel to itself") {
		up.Cancel()
	}
}
