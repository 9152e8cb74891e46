package tck

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/weir-go/weir/demand"
)

// errGiven is with what a publisher of the kit fails.
var errGiven = errors.New("tck: failed on purpose")

// given is the kit's own publisher: n elements, then an end. It gives them in the
// goroutine that requests.
type given[T any] struct {
	n       int
	element func(i int) T
	err     error // nil for OnComplete
}

func (g given[T]) Subscribe(ctx context.Context, s demand.Subscriber[T]) {
	if s == nil {
		panic("tck: the subscriber is nil (rule 1.9)")
	}
	sub := &giving[T]{given: g, to: s}
	context.AfterFunc(ctx, sub.Cancel)
	s.OnSubscribe(sub)
	sub.drain()
}

type giving[T any] struct {
	given[T]
	credit demand.Credits
	wip    atomic.Int64
	over   atomic.Bool
	to     demand.Subscriber[T]
	at     int

	mu  sync.Mutex
	bad error
}

func (s *giving[T]) Request(n int64) {
	if _, err := s.credit.Grant(n); err != nil {
		s.mu.Lock()
		s.bad = fmt.Errorf("tck: %w", err)
		s.mu.Unlock()
	}
	s.drain()
}

func (s *giving[T]) Cancel() {
	s.over.Store(true)
	s.drain()
}

// drain gives what is requested. Only one call does so at a time; others leave
// the work to it, so there is no recursion (3.3).
func (s *giving[T]) drain() {
	if s.wip.Add(1) > 1 {
		return
	}
	for seen := int64(1); seen > 0; seen = s.wip.Add(-seen) {
		seen = s.wip.Load()
		for s.step() {
		}
	}
}

func (s *giving[T]) step() (more bool) {
	s.mu.Lock()
	bad := s.bad
	s.mu.Unlock()
	switch {
	case s.over.Load():
		s.to = nil // 3.13
	case bad != nil:
		s.over.Store(true)
		s.to.OnError(bad)
	case s.at == s.n && s.err != nil:
		s.over.Store(true)
		s.to.OnError(s.err)
	case s.at == s.n:
		s.over.Store(true)
		s.to.OnComplete()
	case s.credit.Take(1) == 1:
		s.at++
		s.to.OnNext(s.element(s.at - 1))
		return true
	}
	return false
}
