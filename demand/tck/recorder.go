package tck

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/weir-go/weir/demand"
)

// A recorder is a subscriber that does what a check tells it, and notes what
// comes. It looks at every signal: whatever is wrong with one is a fault of the
// check that is under way.
type recorder[T any] struct {
	e           *env
	slow        bool
	onSubscribe func(sub demand.Subscription)
	onNext      func(v T)

	// touched is written without a lock, so that the race detector finds signals of
	// which none happens before the other.
	touched int
	busy    atomic.Int32 // signals under way

	mu      sync.Mutex
	sub     demand.Subscription
	subs    int
	got     []T
	asked   int64
	end     string // OnError or OnComplete
	err     error
	silent  string // why no signal may come now
	deepest int32
}

func newRecorder[T any](e *env) *recorder[T] { return &recorder[T]{e: e} }

func (r *recorder[T]) OnSubscribe(sub demand.Subscription) {
	r.signal("OnSubscribe", func() {
		r.mu.Lock()
		if r.subs++; r.subs > 1 {
			r.e.fault("2.12: OnSubscribe for the second time")
		} else {
			r.sub = sub
		}
		r.mu.Unlock()
		if sub == nil {
			r.e.fault("2.13: OnSubscribe with nil")
		}
		if r.onSubscribe != nil {
			r.onSubscribe(sub)
		}
	})
}

func (r *recorder[T]) OnNext(v T) {
	r.signal("OnNext", func() {
		r.mu.Lock()
		if r.got = append(r.got, v); int64(len(r.got)) > r.asked {
			r.e.fault("1.1: element %d came, and %d were requested", len(r.got), r.asked)
		}
		r.mu.Unlock()
		if r.onNext != nil {
			r.onNext(v)
		}
	})
}

func (r *recorder[T]) OnError(err error) {
	if err == nil {
		r.e.fault("2.13: OnError with nil")
	}
	r.signal("OnError", func() { r.ended("OnError", err) })
}

func (r *recorder[T]) OnComplete() {
	r.signal("OnComplete", func() { r.ended("OnComplete", nil) })
}

func (r *recorder[T]) ended(how string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end, r.err = how, err
}

// signal checks what is true of every signal, and handles it.
func (r *recorder[T]) signal(name string, handle func()) {
	r.touched++
	depth := r.busy.Add(1)
	defer r.e.notify()
	defer r.busy.Add(-1)
	if depth > 1 && frames("handling") == 0 {
		r.e.fault("1.3: %s while another signal is under way", name)
	}
	r.mu.Lock()
	r.deepest = max(r.deepest, depth)
	switch {
	case r.subs == 0 && name != "OnSubscribe":
		r.e.fault("1.9: %s before OnSubscribe", name)
	case r.end != "":
		r.e.fault("1.7: %s after %s", name, r.end)
	case r.silent != "":
		r.e.fault("%s: %s", r.silent, name)
	}
	r.mu.Unlock()
	handling(handle)
	if r.slow {
		r.e.linger()
	}
}

// handling is how a signal is known on the stack.
//
//go:noinline
func handling(f func()) { f() }

// request allows n elements.
func (r *recorder[T]) request(n int64) {
	r.mu.Lock()
	if n > 0 {
		if r.asked += n; r.asked < 0 {
			r.asked = demand.Unbounded
		}
	}
	sub := r.sub
	r.mu.Unlock()
	r.e.normal("3.16", fmt.Sprintf("Request(%d)", n), func() { sub.Request(n) })
}

func (r *recorder[T]) cancel() {
	r.mu.Lock()
	sub := r.sub
	r.mu.Unlock()
	r.e.normal("3.15", "Cancel", sub.Cancel)
}

// silence makes each further signal a fault of a rule.
func (r *recorder[T]) silence(rule string) {
	r.e.settle()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end == "" {
		r.silent = rule
	}
}

func (r *recorder[T]) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.got)
}

func (r *recorder[T]) state() (got []T, end string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got), r.end, r.err
}

// wants waits for n elements.
func (r *recorder[T]) wants(rule string, n int) {
	if !r.e.await(func() bool { return r.count() >= n }) {
		_, end, err := r.state()
		r.e.fatal("%s: %d elements came, want %d%s", rule, r.count(), n, ending(end, err))
	}
}

// only checks that no more than n came, and no end.
func (r *recorder[T]) only(rule string, n int) {
	r.e.settle()
	if got, end, err := r.state(); len(got) != n || end == "OnError" {
		r.e.fatal("%s: %d elements came, want %d%s", rule, len(got), n, ending(end, err))
	}
}

// wantsEnd waits for a terminal signal, which ends the check if it is another.
func (r *recorder[T]) wantsEnd(rule, how string) { _ = r.wantsError(rule, how) }

// wantsError is wantsEnd that returns the error of the signal.
func (r *recorder[T]) wantsError(rule, how string) error {
	if !r.e.await(func() bool { _, end, _ := r.state(); return end != "" }) {
		r.e.fatal("%s: no %s came behind %d elements", rule, how, r.count())
	}
	_, end, err := r.state()
	if end != how {
		r.e.fatal("%s: want %s%s", rule, how, ending(end, err))
	}
	return err
}

func ending(end string, err error) string {
	switch {
	case end == "":
		return ""
	case err == nil:
		return ", then " + end
	}
	return fmt.Sprintf(", then %s: %v", end, err)
}

// subscribed waits for OnSubscribe.
func (r *recorder[T]) subscribed(ctx context.Context, p demand.Publisher[T]) *recorder[T] {
	r.e.normal("1.9", "Subscribe", func() { p.Subscribe(ctx, r) })
	r.e.must(func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.subs > 0
	}, "1.9: Subscribe led to no OnSubscribe")
	return r
}

// same compares elements of two subscribers.
func same[T any](a, b []T) bool { return len(a) == len(b) && reflect.DeepEqual(a, b) }
