package tck

import (
	"sync/atomic"

	"pgregory.net/rapid"
)

// ends checks that an end is taken, with a request before it and without.
func (k *subscribers[In, Out]) ends(rule, how string, requested bool) func(e *env) {
	return func(e *env) {
		d := k.begun(e)
		if requested {
			d.demand(1)
		}
		if how == "OnComplete" {
			d.complete(rule)
		} else {
			d.fail(rule)
		}
		d.ended(rule, how)
	}
}

func (k *subscribers[In, Out]) anyGoroutine(e *env) {
	d := k.drive(e)
	e.elsewhere(d.begin)
	if d.probe != nil {
		d.probe.request(20)
	}
	for range 20 {
		if !d.ready() {
			return
		}
		e.elsewhere(d.push)
	}
	k.arrived(d, "2.11")
	e.elsewhere(func() { d.complete("2.11") })
	d.ended("2.11", "OnComplete")
}

func (k *subscribers[In, Out]) nilSubscription(e *env) {
	d := k.drive(e)
	e.panics("2.13", "OnSubscribe with nil", func() { d.to.OnSubscribe(nil) })
}

func (k *subscribers[In, Out]) nilError(e *env) {
	d := k.begun(e)
	d.demand(1)
	e.panics("2.13", "OnError with nil", func() { d.to.OnError(nil) })
	e.settle()
}

func (k *subscribers[In, Out]) addsUp(e *env) {
	d := k.begun(e)
	if d.probe == nil {
		e.skip("needs a subscriber with a probe")
	}
	d.probe.request(1)
	d.probe.request(2)
	for range 3 {
		d.next()
	}
	d.probe.wants("3.8", 3)
	d.probe.only("3.8", 3)
	d.probe.request(3)
	for range 3 {
		d.next()
	}
	d.probe.wants("3.8", 6)
}

// within feeds a subscriber from within its calls of Request.
func (k *subscribers[In, Out]) within(e *env, n int) *driver[In, Out] {
	d := k.drive(e)
	var sent atomic.Int64
	p := given[In]{n: n, element: func(i int) In { sent.Add(1); return k.element(i) }}
	p.Subscribe(e.ctx, d.to)
	if d.probe != nil {
		d.probe.request(int64(n) + 1)
	}
	e.settle()
	d.sent = int(sent.Load())
	return d
}

func (k *subscribers[In, Out]) elementsWithin(e *env) {
	d := k.within(e, 10)
	k.arrived(d, "3.10")
	if d.sent == 0 {
		e.fault("2.1: nothing was requested")
	}
}

func (k *subscribers[In, Out]) endWithin(e *env) {
	d := k.within(e, 1)
	d.ended("3.11", "OnComplete")
	d = k.drive(e)
	d.feed.onRequest = func(int64) {
		d.feed.onRequest = nil
		d.to.OnError(errGiven)
	}
	d.begin()
	if d.probe != nil {
		d.probe.request(1)
	}
	d.ended("3.11", "OnError")
}

// anyOrder has signals come in any order that the rules allow.
func (k *subscribers[In, Out]) anyOrder(e *env) {
	runs := 0
	rapid.Check(&property{e: e}, func(t *rapid.T) {
		if runs++; e.real && runs > 10 {
			return // it takes real time
		}
		before, d, over := e.noted(), k.begun(e), false
		t.Repeat(map[string]func(*rapid.T){
			"demand": func(t *rapid.T) {
				if d.probe != nil && !over {
					d.probe.request(rapid.Int64Range(1, 5).Draw(t, "n"))
				}
			},
			"element": func(*rapid.T) {
				if e.settle(); !over && d.feed.demand() > int64(d.sent) && !d.feed.left() {
					d.push()
				}
			},
			"second subscription": func(*rapid.T) {
				if other := (&feed{e: e, silent: "2.5: of the second subscription"}); !over && !d.feed.left() {
					d.to.OnSubscribe(other)
					e.must(other.left, "2.5: the second subscription was not cancelled")
				}
			},
			"end": func(t *rapid.T) {
				if how := rapid.IntRange(0, 9).Draw(t, "how"); !over && how < 2 {
					if over = true; how == 0 {
						d.complete("2.9")
					} else {
						d.fail("2.10")
					}
					d.feed.silence("2.4: after the end")
				}
			},
		})
		if !over && !d.feed.left() {
			if d.probe != nil {
				d.probe.request(int64(d.sent) + 1) // it may have been ahead of demand
				k.arrived(d, "2.11")
				d.probe.cancel()
				e.must(d.feed.left, "2.6: the subscription was not cancelled")
			} else {
				d.complete("2.9")
			}
		}
		if e.settle(); e.noted() > before {
			t.Fatalf("a call was wrong")
		}
	})
}
