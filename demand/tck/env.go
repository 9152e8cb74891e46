package tck

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// An env is what one check has to do with: time, goroutines, and the faults found.
//
// All waiting is on timers and channels. In a bubble time passes when everything
// waits, so that a check knows that nothing more will come, and takes no time.
type env struct {
	*config
	name    string          // of the test
	ctx     context.Context // ends with the check
	changed chan struct{}   // something may be different now
	others  sync.WaitGroup

	mu     sync.Mutex
	faults []string
}

// An outcome is what a check has found.
type outcome struct {
	faults  []string
	skipped string
}

type (
	stopped struct{}
	skipped struct{ reason string }
)

// String is what rapid shows.
func (stopped) String() string { return "the check ended" }

// check runs one rule, in a bubble unless that is not wanted.
func (c *config) check(t *testing.T, r rule) (o outcome) {
	t.Helper()
	if o.skipped = c.refused(r); o.skipped != "" {
		return o
	}
	e := &env{config: c, name: t.Name(), changed: make(chan struct{}, 1)}
	defer func() {
		if v := recover(); v != nil { // of the bubble: a deadlock
			e.fault("after the check, and the end of its context, something still waits: %v", v)
		}
		o.faults = e.faults
	}()
	if c.real {
		o.skipped = e.run(r)
		return o
	}
	synctest.Test(t, func(*testing.T) {
		e.changed = make(chan struct{}, 1) // of the bubble
		o.skipped = e.run(r)
		e.settle() // what the end of its context has begun
	})
	return o
}

func (e *env) run(r rule) (reason string) {
	ctx, cancel := context.WithCancel(context.Background())
	e.ctx = ctx
	defer e.others.Wait()
	defer cancel()
	defer func() {
		switch v := recover().(type) {
		case nil, stopped:
		case skipped:
			reason = v.reason
		default:
			e.fault("panic: %v\n%s", v, debug.Stack())
		}
	}()
	r.run(e)
	return ""
}

// fault notes what is wrong. Any goroutine may call it.
func (e *env) fault(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	const most = 10
	if f := fmt.Sprintf(format, args...); len(e.faults) < most && !slices.Contains(e.faults, f) {
		e.faults = append(e.faults, f)
	}
}

// fatal ends the check as well.
func (e *env) fatal(format string, args ...any) {
	e.fault(format, args...)
	panic(stopped{})
}

func (e *env) skip(format string, args ...any) { panic(skipped{fmt.Sprintf(format, args...)}) }

// need skips the check if there are no publishers of n elements.
func (e *env) need(n int) {
	if n > e.most {
		e.skip("needs a publisher of %d elements, and %d are the most (MaxElements)", n, e.most)
	}
}

// notify tells await to look again.
func (e *env) notify() {
	select {
	case e.changed <- struct{}{}:
	default:
	}
}

// await waits until something is so, and reports whether that came in time.
func (e *env) await(so func() bool) bool {
	late := time.NewTimer(e.timeout)
	defer late.Stop()
	for !so() {
		select {
		case <-e.changed:
		case <-late.C:
			return so()
		}
	}
	return true
}

// must is await, or the end of the check.
func (e *env) must(so func() bool, format string, args ...any) {
	if !e.await(so) {
		e.fatal(format, args...)
	}
}

// settle waits until nothing more happens.
func (e *env) settle() { <-time.After(e.quiet) }

// linger makes it likely, in a bubble certain, that what runs at the same time
// is seen to do so.
func (e *env) linger() { <-time.After(time.Millisecond) }

// prompt calls f, which must return normally and soon: in a bubble before time
// passes.
func (e *env) prompt(rule, what string, f func()) {
	soon := time.Millisecond
	if e.real {
		soon = e.timeout / 2
	}
	begun, done := time.Now(), make(chan struct{})
	e.async(func() {
		defer close(done)
		e.normal(rule, what, f)
	})
	select {
	case <-done:
		if took := time.Since(begun); took >= soon {
			e.fault("%s: %s took %v", rule, what, took)
		}
	case <-time.After(e.timeout):
		e.fatal("%s: %s does not return", rule, what)
	}
}

// normal calls f, which must not panic.
func (e *env) normal(rule, what string, f func()) {
	defer func() {
		if v := recover(); v != nil {
			e.fault("%s: %s panicked: %v\n%s", rule, what, v, debug.Stack())
		}
	}()
	f()
}

// panics calls f, which must panic.
func (e *env) panics(rule, what string, f func()) {
	defer func() { _ = recover() }()
	f()
	e.fault("%s: %s did not panic", rule, what)
}

// frames counts the calls of a function of this package on the stack.
func frames(name string) (n int) {
	pc := make([]uintptr, 1024)
	all := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	for {
		f, more := all.Next()
		if strings.HasSuffix(f.Function, "/tck."+name) {
			n++
		}
		if !more {
			return n
		}
	}
}
