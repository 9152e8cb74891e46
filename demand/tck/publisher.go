package tck

import (
	"context"
	"testing"

	"github.com/weir-go/weir/demand"
)

// Publisher checks publishers. Each check has one made, of as many elements as
// it says: at most some thousands, and zero for an empty one.
func Publisher[T any](t *testing.T, publisher func(elements int) demand.Publisher[T], opts ...Option) {
	t.Helper()
	c := configure(opts)
	k := newPublishers(t, c, publisher)
	c.declared(t, k.rules())
	c.run(t, k.rules())
}

// publishers checks publishers, by the rules of chapters 1 and 3.
type publishers[T any] struct {
	make      func(e *env, elements int) demand.Publisher[T]
	failing   func(e *env, elements int) demand.Publisher[T]
	rejecting func() demand.Publisher[T]
}

func newPublishers[T any](t *testing.T, c *config, publisher func(elements int) demand.Publisher[T]) *publishers[T] {
	t.Helper()
	k := &publishers[T]{make: func(_ *env, n int) demand.Publisher[T] { return publisher(n) }}
	if c.failing != nil {
		failing, ok := c.failing.(func(int) demand.Publisher[T])
		if !ok {
			t.Fatal("tck: Failing makes publishers of another type")
		}
		k.failing = func(_ *env, n int) demand.Publisher[T] { return failing(n) }
	}
	if c.rejecting != nil {
		var ok bool
		if k.rejecting, ok = c.rejecting.(func() demand.Publisher[T]); !ok {
			t.Fatal("tck: Rejecting makes publishers of another type")
		}
	}
	return k
}

func (k *publishers[T]) rules() []rule {
	return append([]rule{
		{"Required_OneElement", k.exactly(1)},
		{"Required_ThreeElements", k.exactly(3)},
		{"Required_Spec101_NoMoreThanRequested", k.noMore},
		{"Required_Spec102_FewerThanRequested", k.fewer},
		{"Stochastic_Spec103_SerialSignals", k.serial},
		{"Optional_Spec104_FailureIsOnError", k.failure},
		{"Required_Spec105_CompletesWhenFinite", k.completes},
		{"Optional_Spec105_EmptyCompletes", k.empty},
		{"Untested_Spec106_TheEndEndsTheSubscription", k.endEnds},
		{"Required_Spec107_NothingAfterOnComplete", k.afterComplete},
		{"Untested_Spec107_NothingAfterOnError", k.afterError},
		{"Untested_Spec108_SignalsStopAfterCancel", k.afterCancel},
		{"Required_Spec109_OnSubscribeFirst", k.onSubscribe},
		{"Required_Spec109_NilSubscriberPanics", k.nilSubscriber},
		{"Required_Spec109_RejectionIsOnError", k.rejection},
		{"Untested_Spec109_SubscribeReturnsNormally", k.subscribeReturns},
		{"Untested_Spec110_TheSameSubscriberTwice", k.twice},
		{"Optional_Spec111_ManySubscribers", k.many},
		{"Optional_Spec111_SameElementsOneByOne", k.sameOneByOne},
		{"Optional_Spec111_SameElementsAtOnce", k.sameAtOnce},
		{"Untested_Spec212_OnSubscribeOnce", k.onSubscribeOnce},
	}, append(k.subscriptionRules(), rule{"Untested_AnyOrder", k.anyOrder})...)
}

// to subscribes to a publisher of n elements.
func (k *publishers[T]) to(e *env, n int) *recorder[T] {
	e.need(n)
	return newRecorder[T](e).subscribed(e.ctx, k.make(e, n))
}

func finite(e *env) {
	if e.endless {
		e.skip("the publisher never completes (Endless)")
	}
}

func (k *publishers[T]) exactly(n int) func(e *env) {
	return func(e *env) {
		r := k.to(e, n)
		r.request(int64(n))
		r.wants("1.2", n)
		if e.endless {
			return
		}
		r.request(1)
		r.wantsEnd("1.5", "OnComplete")
		r.only("1.1", n)
	}
}

func (k *publishers[T]) noMore(e *env) {
	r := k.to(e, 5)
	r.only("1.1", 0)
	r.request(1)
	r.wants("1.1", 1)
	r.only("1.1", 1)
	r.request(1)
	r.request(2)
	r.wants("1.1", 4)
	r.only("1.1", 4)
	r.cancel()
}

func (k *publishers[T]) fewer(e *env) {
	finite(e)
	r := k.to(e, 3)
	r.request(10)
	r.wants("1.2", 3)
	r.wantsEnd("1.2", "OnComplete")
	r.only("1.2", 3)
}

func (k *publishers[T]) serial(e *env) {
	const times, elements = 20, 10
	for range times {
		inside := newRecorder[T](e)
		inside.slow = true
		inside.onSubscribe = func(demand.Subscription) { inside.request(2) }
		inside.onNext = func(T) { inside.request(1) }
		e.need(elements)
		inside.subscribed(e.ctx, k.make(e, elements))
		inside.wants("1.3", elements)

		outside := newRecorder[T](e)
		outside.slow = true
		outside.subscribed(e.ctx, k.make(e, elements))
		for range elements {
			e.elsewhere(func() { outside.request(1) })
		}
		outside.wants("1.3", elements)
		inside.cancel()
		outside.cancel()
	}
}

func (k *publishers[T]) toFailing(e *env, n int) *recorder[T] {
	if k.failing == nil {
		e.skip("needs publishers that fail (Failing)")
	}
	return newRecorder[T](e).subscribed(e.ctx, k.failing(e, n))
}

func (k *publishers[T]) failure(e *env) {
	for _, n := range []int{0, 3} {
		r := k.toFailing(e, n)
		r.request(int64(n) + 1)
		r.wantsEnd("1.4", "OnError")
		if r.count() != n {
			e.fault("1.4: %d elements came before OnError, want %d", r.count(), n)
		}
	}
}

func (k *publishers[T]) completes(e *env) {
	finite(e)
	r := k.to(e, 3)
	for range 4 {
		r.request(1)
		e.settle()
	}
	r.wantsEnd("1.5", "OnComplete")
	r.only("1.5", 3)
}

func (k *publishers[T]) empty(e *env) {
	finite(e)
	r := k.to(e, 0)
	r.request(1)
	r.wantsEnd("1.5", "OnComplete")
	r.only("1.5", 0)
}

func (k *publishers[T]) endEnds(e *env) {
	finite(e)
	r := k.to(e, 1)
	r.request(2)
	r.wantsEnd("1.6", "OnComplete")
	r.request(0)
	r.cancel()
	r.request(-1)
	r.request(1)
	r.cancel()
	r.only("1.6", 1)
}

func (k *publishers[T]) afterComplete(e *env) {
	finite(e)
	r := k.to(e, 1)
	r.request(10)
	r.wantsEnd("1.7", "OnComplete")
	r.request(10)
	r.only("1.7", 1)
}

func (k *publishers[T]) afterError(e *env) {
	r := k.toFailing(e, 1)
	r.request(2)
	r.wantsEnd("1.7", "OnError")
	r.request(10)
	e.settle()
}

func (k *publishers[T]) afterCancel(e *env) {
	leave := func(r *recorder[T]) {
		r.request(2)
		r.wants("1.8", 2)
		r.silence("1.8: a signal after Cancel, with no demand left")
		r.cancel()
		e.settle()
		r.request(3)
		e.settle()
	}
	leave(k.to(e, 4))
	if k.failing != nil {
		leave(k.toFailing(e, 4))
	}
}

func (k *publishers[T]) onSubscribe(e *env) {
	for _, n := range []int{0, 1} {
		r := k.to(e, n)
		r.only("1.9", 0)
		r.cancel()
	}
}

func (k *publishers[T]) nilSubscriber(e *env) {
	e.panics("1.9", "Subscribe with nil", func() { k.make(e, 0).Subscribe(e.ctx, nil) })
}

func (k *publishers[T]) rejection(e *env) {
	if k.rejecting == nil {
		e.skip("needs a publisher that rejects subscribers (Rejecting)")
	}
	r := newRecorder[T](e).subscribed(e.ctx, k.rejecting())
	r.wantsEnd("1.9", "OnError")
	e.settle()
}

func (k *publishers[T]) subscribeReturns(e *env) {
	r := newRecorder[T](e)
	e.need(1)
	p := k.make(e, 1)
	e.prompt("1.9", "Subscribe", func() { p.Subscribe(e.ctx, r) })
	e.settle()
	gone, cancel := context.WithCancel(e.ctx)
	cancel()
	late := newRecorder[T](e)
	p = k.make(e, 1)
	e.prompt("1.9", "Subscribe with a context that has ended", func() { p.Subscribe(gone, late) })
	e.settle()
}

func (k *publishers[T]) twice(e *env) {
	e.need(1)
	p := k.make(e, 1)
	s := &patient[T]{}
	for range 2 {
		e.normal("1.10", "Subscribe of the same subscriber", func() { p.Subscribe(e.ctx, s) })
	}
	e.settle()
	s.each(func(sub demand.Subscription) { e.normal("1.10", "Cancel", sub.Cancel) })
	e.settle()
}

func (k *publishers[T]) onSubscribeOnce(e *env) {
	r := k.to(e, 3)
	for range 3 {
		r.request(1)
		e.settle()
	}
	r.cancel()
	e.settle()
}

// subscribers has n recorders subscribe to one publisher.
func (k *publishers[T]) subscribers(e *env, n, elements int) (all []*recorder[T]) {
	e.need(elements)
	p := k.make(e, elements)
	for range n {
		all = append(all, newRecorder[T](e).subscribed(e.ctx, p))
	}
	return all
}

func (k *publishers[T]) many(e *env) {
	all := k.subscribers(e, 2, 1)
	for _, r := range all {
		r.request(1)
	}
	for i, r := range all {
		e.must(func() bool {
			got, end, _ := r.state()
			return len(got) > 0 || end == "OnComplete"
		}, "1.11: subscriber %d got nothing", i)
	}
}

func (k *publishers[T]) sameOneByOne(e *env) {
	all := k.subscribers(e, 3, 5)
	for n := range 5 {
		for _, r := range all {
			r.request(1)
		}
		for _, r := range all {
			r.wants("1.11", n+1)
		}
	}
	k.alike(e, all)
}

func (k *publishers[T]) sameAtOnce(e *env) {
	all := k.subscribers(e, 3, 3)
	for _, r := range all {
		r.request(4)
	}
	for _, r := range all {
		if r.wants("1.11", 3); !e.endless {
			r.wantsEnd("1.11", "OnComplete")
		}
	}
	k.alike(e, all)
}

func (k *publishers[T]) alike(e *env, all []*recorder[T]) {
	first, _, _ := all[0].state()
	for i, r := range all {
		if got, _, _ := r.state(); !same(first, got) {
			e.fault("1.11: subscriber 0 got %v, subscriber %d got %v", first, i, got)
		}
	}
}
