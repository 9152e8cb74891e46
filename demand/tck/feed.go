package tck

import (
	"sync"
	"sync/atomic"

	"github.com/weir-go/weir/demand"
)

// A feed is the subscription that a subscriber under test is given. It looks at
// every call.
type feed struct {
	e         *env
	slow      bool
	onRequest func(n int64)
	busy      atomic.Int32
	touched   int // written without a lock, for the race detector

	mu        sync.Mutex
	asked     int64
	calls     int
	cancelled int
	silent    string // why no Request may come now
}

func (f *feed) Request(n int64) {
	f.call("Request", func() {
		f.mu.Lock()
		f.calls++
		switch {
		case n <= 0:
			f.e.fault("2.1: Request(%d): demand must be positive", n)
		case f.silent != "":
			f.e.fault("%s: Request(%d)", f.silent, n)
		default:
			if f.asked += n; f.asked < 0 {
				f.asked = demand.Unbounded
			}
		}
		f.mu.Unlock()
		if f.onRequest != nil {
			f.onRequest(n)
		}
	})
}

func (f *feed) Cancel() {
	f.call("Cancel", func() {
		f.mu.Lock()
		f.cancelled++
		f.mu.Unlock()
	})
}

func (f *feed) call(name string, handle func()) {
	f.touched++
	defer f.e.notify()
	defer f.busy.Add(-1)
	if f.busy.Add(1) > 1 && frames("called") == 0 {
		f.e.fault("2.7: %s while another call of the subscription is under way", name)
	}
	if frames("terminal") > 0 {
		f.e.fault("2.3: %s from within OnComplete or OnError", name)
	}
	if f.slow {
		f.e.linger()
	}
	called(handle)
}

// called is how a call of the subscription is known on the stack.
//
//go:noinline
func called(f func()) { f() }

// terminal is how a terminal signal is known on the stack.
//
//go:noinline
func terminal(f func()) { f() }

func (f *feed) demand() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

func (f *feed) left() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cancelled > 0
}

// silence makes each further Request a fault of a rule.
func (f *feed) silence(rule string) {
	f.e.settle()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.silent = rule
}
