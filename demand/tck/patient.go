package tck

import (
	"sync"

	"github.com/weir-go/weir/demand"
)

// patient is a subscriber that takes any subscription, requests nothing, and has
// no opinion about what comes.
type patient[T any] struct {
	mu   sync.Mutex
	subs []demand.Subscription
}

func (p *patient[T]) OnSubscribe(sub demand.Subscription) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.subs = append(p.subs, sub)
}

func (p *patient[T]) OnNext(T)      {}
func (p *patient[T]) OnError(error) {}
func (p *patient[T]) OnComplete()   {}

// each calls f with each subscription.
func (p *patient[T]) each(f func(sub demand.Subscription)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, sub := range p.subs {
		f(sub)
	}
}
