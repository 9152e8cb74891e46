package tck

import "github.com/weir-go/weir/demand"

// A driver feeds a subscriber under test. Where there is a probe, it triggers the
// demand as well.
type driver[In, Out any] struct {
	e       *env
	to      demand.Subscriber[In]
	feed    *feed
	probe   *recorder[Out] // nil for a black box
	element func(i int) In
	sent    int
}

// begin gives the subscription, and waits until the probe has one.
func (d *driver[In, Out]) begin() {
	d.e.normal("2.13", "OnSubscribe", func() { d.to.OnSubscribe(d.feed) })
	if d.probe == nil {
		return
	}
	d.e.must(func() bool {
		d.probe.mu.Lock()
		defer d.probe.mu.Unlock()
		return d.probe.subs > 0
	}, "the probe was told of no subscription")
}

// demand has n elements requested, and waits until some are.
func (d *driver[In, Out]) demand(n int64) {
	if d.probe != nil {
		d.probe.request(n)
	}
	d.ready()
}

// ready waits until one more may be sent. It reports false where the subscriber
// has left.
func (d *driver[In, Out]) ready() bool {
	d.e.must(func() bool { return d.feed.demand() > int64(d.sent) || d.feed.left() },
		"2.1: after %d elements no more was requested", d.sent)
	return !d.feed.left()
}

// next sends an element that is requested.
func (d *driver[In, Out]) next() {
	if d.ready() {
		d.push()
	}
}

func (d *driver[In, Out]) push() {
	v := d.element(d.sent)
	d.sent++
	d.e.normal("2.13", "OnNext", func() { d.to.OnNext(v) })
}

// run has n elements requested and sends them.
func (d *driver[In, Out]) run(n int) {
	d.demand(int64(n))
	for range n {
		d.next()
	}
	if d.probe != nil {
		d.probe.wants("2.1", n)
	}
}

func (d *driver[In, Out]) complete(rule string) {
	d.e.normal(rule, "OnComplete", func() { terminal(d.to.OnComplete) })
}

func (d *driver[In, Out]) fail(rule string) {
	d.e.normal(rule, "OnError", func() { terminal(func() { d.to.OnError(errGiven) }) })
}

// ended waits until the probe was told of the end.
func (d *driver[In, Out]) ended(rule, how string) {
	if d.probe != nil && (how == "OnComplete" || !d.e.recovers) {
		d.probe.wantsEnd(rule, how)
	}
	d.e.settle()
}
