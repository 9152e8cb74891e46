package tck

import (
	"errors"
	"testing"

	"github.com/weir-go/weir/demand"
)

// Processor checks processors that make one element of each: on both their sides,
// and what is between. The publisher's rules are checked behind a publisher of
// the kit, the subscriber's in front of a subscriber of the kit, which is its
// probe. A processor for one subscriber declares "1.11" unsupported.
func Processor[In, Out any](t *testing.T, processor func() demand.Processor[In, Out], element func(i int) In, opts ...Option) {
	t.Helper()
	c := configure(opts)
	k := &processors[In, Out]{processor, element}
	c.declared(t, append(k.publishers().rules(), k.rules()...))
	t.Run("Publisher", func(t *testing.T) { c.run(t, k.publishers().rules()) })
	t.Run("Subscriber", func(t *testing.T) { c.run(t, k.subscribers().rules()) })
	c.run(t, k.rules())
}

// processors checks what is between the two sides, by the rules of chapter 4.
type processors[In, Out any] struct {
	make    func() demand.Processor[In, Out]
	element func(i int) In
}

// publishers are processors behind a publisher.
func (k *processors[In, Out]) publishers() *publishers[Out] {
	behind := func(err error) func(e *env, n int) demand.Publisher[Out] {
		return func(e *env, n int) demand.Publisher[Out] {
			p := k.make()
			given[In]{n, k.element, err}.Subscribe(e.ctx, p)
			return p
		}
	}
	p := &publishers[Out]{make: behind(nil), failing: behind(errGiven)}
	return p
}

// subscribers are processors before a subscriber.
func (k *processors[In, Out]) subscribers() *subscribers[In, Out] {
	return &subscribers[In, Out]{element: k.element, make: func(e *env) (demand.Subscriber[In], *recorder[Out]) {
		p, r := k.make(), newRecorder[Out](e)
		return p, r.subscribed(e.ctx, p)
	}}
}

func (k *processors[In, Out]) rules() []rule {
	return []rule{
		{"Required_Spec401_CompletionIsPassedOn", k.completion},
		{"Untested_Spec401_CancelGoesUpstream", k.cancel},
		{"Required_Spec402_ErrorIsPassedOnWithoutDemand", k.failure},
		{"Required_DemandOfLongAgo", k.longAgo},
		{"Optional_Spec111_DemandOfLongAgoOfTwo", k.longAgoOfTwo},
	}
}

func (k *processors[In, Out]) completion(e *env) {
	for _, n := range []int{0, 3} {
		d := k.subscribers().begun(e)
		if n > 0 {
			d.run(n)
		}
		d.complete("4.1")
		d.ended("4.1", "OnComplete")
	}
}

func (k *processors[In, Out]) cancel(e *env) {
	for _, n := range []int{0, 2} {
		d := k.subscribers().begun(e)
		if n > 0 {
			d.run(n)
		}
		d.probe.cancel()
		e.must(d.feed.left, "4.1: Cancel after %d elements was not passed on", n)
		e.settle()
	}
}

func (k *processors[In, Out]) failure(e *env) {
	if e.recovers {
		e.skip("the processor does something else about it (Recovers)")
	}
	for _, n := range []int{0, 2} {
		d := k.subscribers().begun(e)
		if n > 0 {
			d.run(n)
		}
		d.fail("4.2")
		if err := d.probe.wantsError("4.2", "OnError"); !errors.Is(err, errGiven) {
			e.fault("4.2: another error was passed on: %v", err)
		}
	}
}

func (k *processors[In, Out]) longAgo(e *env) {
	d := k.subscribers().begun(e)
	d.probe.request(20)
	for n := range 20 {
		e.settle()
		d.next()
		d.probe.wants("2.1", n+1)
	}
}

func (k *processors[In, Out]) longAgoOfTwo(e *env) {
	p := k.make()
	one := newRecorder[Out](e).subscribed(e.ctx, p)
	d := &driver[In, Out]{e: e, to: p, feed: &feed{e: e}, element: k.element}
	d.begin()
	one.request(20)
	d.next()
	d.next()
	one.wants("1.11", 2)
	two := newRecorder[Out](e).subscribed(e.ctx, p)
	two.only("1.11", 0)
	two.request(1)
	d.next()
	one.wants("1.11", 3)
	two.wants("1.11", 1)
	two.cancel()
	d.next()
	one.wants("1.11", 4)
}
