package docs_test

import (
	"context"
	"sync"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/demand/tck"
)

// counter publishes 0, 1, 2 … in the goroutine that requests.
type counter struct{ elements int }

func (c counter) Subscribe(ctx context.Context, s demand.Subscriber[int]) {
	if s == nil {
		panic("the subscriber is nil")
	}
	sub := &counting{end: c.elements, to: s}
	context.AfterFunc(ctx, sub.Cancel)
	s.OnSubscribe(sub)
	sub.work()
}

type counting struct {
	credit demand.Credits
	end    int

	mu      sync.Mutex
	to      demand.Subscriber[int] // nil after the end
	next    int
	err     error
	working bool
}

func (c *counting) Request(n int64) {
	if _, err := c.credit.Grant(n); err != nil {
		c.mu.Lock()
		c.err = err
		c.mu.Unlock()
	}
	c.work()
}

func (c *counting) Cancel() {
	c.mu.Lock()
	c.to = nil
	c.mu.Unlock()
}

// work gives what is requested. A Request from within OnNext finds it working,
// and only adds to the credit.
func (c *counting) work() {
	for {
		signal := c.take()
		if signal == nil {
			return
		}
		signal()
		c.mu.Lock()
		c.working = false
		c.mu.Unlock()
	}
}

// take returns the signal that is due, if there is one and no other is under way.
func (c *counting) take() func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	to, v, err := c.to, c.next, c.err
	switch {
	case to == nil || c.working:
		return nil
	case err != nil:
		c.to = nil
		return func() { to.OnError(err) }
	case v == c.end:
		c.to = nil
		return to.OnComplete
	case c.credit.Take(1) == 0:
		return nil
	}
	c.next++
	c.working = true
	return func() { to.OnNext(v) }
}

func TestCountersKeepTheRules(t *testing.T) {
	tck.Publisher(t, func(elements int) demand.Publisher[int] {
		return counter{elements}
	})
}
