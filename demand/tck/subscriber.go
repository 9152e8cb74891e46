package tck

import (
	"context"
	"testing"

	"github.com/weir-go/weir/demand"
)

// Subscriber checks subscribers that show what they do inside: each check has one
// made, with a probe to tell. The context ends after the check, and what the
// subscriber has begun must end with it. element makes the elements to send.
func Subscriber[T any](t *testing.T, subscriber func(ctx context.Context, p *Probe[T]) demand.Subscriber[T], element func(i int) T, opts ...Option) {
	t.Helper()
	c := configure(opts)
	k := &subscribers[T, T]{element: element, alike: func(sent, got []T) bool { return same(sent, got) }}
	k.make = func(e *env) (demand.Subscriber[T], *recorder[T]) {
		r := newRecorder[T](e)
		return subscriber(e.ctx, &Probe[T]{r}), r
	}
	c.declared(t, nil)
	c.run(t, k.rules())
}

// SubscriberBlackbox checks subscribers of which only the calls of their
// subscription are seen. They must request at least one element.
func SubscriberBlackbox[T any](t *testing.T, subscriber func(ctx context.Context) demand.Subscriber[T], element func(i int) T, opts ...Option) {
	t.Helper()
	c := configure(opts)
	k := &subscribers[T, T]{element: element}
	k.make = func(e *env) (demand.Subscriber[T], *recorder[T]) { return subscriber(e.ctx), nil }
	c.declared(t, nil)
	c.run(t, k.rules())
}

// subscribers checks subscribers, by the rules of chapter 2 and those of chapter
// 3 that are theirs.
type subscribers[In, Out any] struct {
	make    func(e *env) (demand.Subscriber[In], *recorder[Out])
	element func(i int) In
	alike   func(sent []In, got []Out) bool // nil if they can't be compared
}

func (k *subscribers[In, Out]) rules() []rule {
	return []rule{
		{"Required_AnOrdinaryLife", k.life},
		{"Required_Spec201_DemandByRequest", k.demand},
		{"Untested_Spec202_OnNextReturnsPromptly", k.prompt},
		{"Required_Spec203_OnCompleteCallsNothing", k.completeCallsNothing},
		{"Required_Spec203_OnErrorCallsNothing", k.errorCallsNothing},
		{"Untested_Spec204_TheEndIsLikeCancel", k.endIsCancel},
		{"Required_Spec205_SecondSubscriptionIsCancelled", k.second},
		{"Untested_Spec206_CancelsWhenDone", k.cancelsWhenDone},
		{"Untested_Spec207_SerialCalls", k.serial},
		{"Required_Spec208_OnNextAfterCancel", k.nextAfterCancel},
		{"Required_Spec209_OnCompleteWithRequest", k.ends("2.9", "OnComplete", true)},
		{"Required_Spec209_OnCompleteWithoutRequest", k.ends("2.9", "OnComplete", false)},
		{"Required_Spec210_OnErrorWithRequest", k.ends("2.10", "OnError", true)},
		{"Required_Spec210_OnErrorWithoutRequest", k.ends("2.10", "OnError", false)},
		{"Untested_Spec211_SignalsFromAnyGoroutine", k.anyGoroutine},
		{"Untested_Spec212_TheSameSubscriptionAgain", k.again},
		{"Required_Spec213_NilSubscriptionPanics", k.nilSubscription},
		{"Required_Spec213_NilErrorPanics", k.nilError},
		{"Required_Spec308_DemandAddsUp", k.addsUp},
		{"Untested_Spec310_ElementsFromWithinRequest", k.elementsWithin},
		{"Untested_Spec311_TheEndFromWithinRequest", k.endWithin},
		{"Untested_AnyOrder", k.anyOrder},
	}
}

func (k *subscribers[In, Out]) drive(e *env) *driver[In, Out] {
	d := &driver[In, Out]{e: e, feed: &feed{e: e}, element: k.element}
	d.to, d.probe = k.make(e)
	return d
}

func (k *subscribers[In, Out]) begun(e *env) *driver[In, Out] {
	d := k.drive(e)
	d.begin()
	return d
}

// arrived compares what was sent with what the probe was told of.
func (k *subscribers[In, Out]) arrived(d *driver[In, Out], rule string) {
	if d.probe == nil {
		return
	}
	d.probe.wants(rule, d.sent)
	if k.alike == nil {
		return
	}
	var sent []In
	for i := range d.sent {
		sent = append(sent, k.element(i))
	}
	if got, _, _ := d.probe.state(); !k.alike(sent, got) {
		d.e.fault("%s: %v were sent, and handled were %v", rule, sent, got)
	}
}

func (k *subscribers[In, Out]) life(e *env) {
	d := k.begun(e)
	d.run(3)
	k.arrived(d, "2.1")
	if d.complete("2.9"); d.feed.left() {
		return
	}
	d.ended("2.9", "OnComplete")
}

func (k *subscribers[In, Out]) demand(e *env) {
	d := k.begun(e)
	for range 5 {
		d.demand(1)
		d.next()
	}
	k.arrived(d, "2.1")
}

func (k *subscribers[In, Out]) prompt(e *env) {
	d := k.drive(e)
	e.prompt("2.2", "OnSubscribe", func() { d.to.OnSubscribe(d.feed) })
	e.settle()
	d.demand(3)
	for range 3 {
		if v := k.element(d.sent); d.ready() {
			d.sent++
			e.prompt("2.2", "OnNext", func() { d.to.OnNext(v) })
		}
	}
	e.prompt("2.2", "OnComplete", func() { terminal(d.to.OnComplete) })
	d = k.begun(e)
	e.prompt("2.2", "OnError", func() { terminal(func() { d.to.OnError(errGiven) }) })
	e.settle()
}

func (k *subscribers[In, Out]) completeCallsNothing(e *env) {
	d := k.begun(e)
	d.demand(2)
	d.next()
	d.complete("2.3")
	e.settle()
}

func (k *subscribers[In, Out]) errorCallsNothing(e *env) {
	d := k.begun(e)
	d.demand(2)
	d.next()
	d.fail("2.3")
	e.settle()
}

func (k *subscribers[In, Out]) endIsCancel(e *env) {
	for _, how := range []string{"OnComplete", "OnError"} {
		d := k.begun(e)
		d.demand(1)
		e.settle()
		if how == "OnComplete" {
			d.complete("2.4")
		} else {
			d.fail("2.4")
		}
		d.feed.silence("2.4: after " + how)
		if d.probe != nil {
			d.probe.request(1)
		}
		e.settle()
	}
}

func (k *subscribers[In, Out]) second(e *env) {
	d := k.begun(e)
	d.demand(2)
	other := &feed{e: e, silent: "2.5: of the second subscription"}
	e.normal("2.5", "a second OnSubscribe", func() { d.to.OnSubscribe(other) })
	e.must(other.left, "2.5: the second subscription was not cancelled")
	if e.settle(); d.feed.left() {
		e.fatal("2.5: the first subscription was cancelled")
	}
	d.next()
	k.arrived(d, "2.5")
}

func (k *subscribers[In, Out]) again(e *env) {
	d := k.begun(e)
	d.demand(1)
	e.normal("2.12", "OnSubscribe with the same subscription", func() { d.to.OnSubscribe(d.feed) })
	e.settle()
}

// leave has the subscriber cancel.
func (k *subscribers[In, Out]) leave(e *env, d *driver[In, Out], rule string) {
	switch {
	case d.probe != nil:
		d.demand(1)
		d.probe.cancel()
	case e.enough > 0:
		for range e.enough {
			d.next()
		}
	default:
		e.skip("needs a subscriber with a probe, or one that cancels (CancelsAfter)")
	}
	e.must(d.feed.left, "%s: the subscription was not cancelled", rule)
}

func (k *subscribers[In, Out]) cancelsWhenDone(e *env) {
	d := k.begun(e)
	k.leave(e, d, "2.6")
	d.feed.silence("2.6: after Cancel")
	e.settle()
}

func (k *subscribers[In, Out]) serial(e *env) {
	d := k.drive(e)
	d.feed.slow = true
	d.begin()
	for range 20 {
		d.demand(1)
		d.next()
	}
	e.settle()
}

func (k *subscribers[In, Out]) nextAfterCancel(e *env) {
	d := k.begun(e)
	k.leave(e, d, "2.8")
	for range 2 {
		if d.feed.demand() > int64(d.sent) {
			e.normal("2.8", "OnNext after Cancel", func() { d.to.OnNext(k.element(d.sent)) })
			d.sent++
		}
	}
	e.normal("2.8", "OnComplete after Cancel", func() { terminal(d.to.OnComplete) })
	e.settle()
}
