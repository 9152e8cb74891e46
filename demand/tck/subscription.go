package tck

import (
	"context"
	"errors"
	"math"
	"runtime"
	"strings"
	"weak"

	"github.com/weir-go/weir/demand"
)

// subscriptionRules are those of chapter 3.
func (k *publishers[T]) subscriptionRules() []rule {
	return []rule{
		{"Required_Spec302_RequestFromSignals", k.fromSignals},
		{"Required_Spec303_BoundedRecursion", k.recursion},
		{"Untested_Spec304_RequestReturnsPromptly", k.requestPrompt},
		{"Untested_Spec305_CancelReturnsPromptly", k.cancelPrompt},
		{"Untested_Spec305_CancelFromAnyGoroutine", k.cancelElsewhere},
		{"Required_Spec306_RequestAfterCancel", k.requestAfterCancel},
		{"Required_Spec307_CancelAfterCancel", k.cancelAfterCancel},
		{"Required_Spec308_DemandAddsUp", k.addsUp},
		{"Required_Spec309_NonPositiveRequest", k.nonPositive},
		{"Optional_Spec309_ErrorNamesTheRule", k.namesRule},
		{"Required_Spec312_CancelStopsSignals", k.cancelStops},
		{"Required_Spec313_CancelDropsTheSubscriber", k.cancelDrops},
		{"Untested_Spec314_AfterTheLastCancel", k.afterLast},
		{"Untested_Spec315_CancelReturnsNormally", k.cancelNormal},
		{"Untested_Spec316_RequestReturnsNormally", k.requestNormal},
		{"Required_Spec317_UnboundedDemand", k.unbounded},
		{"Required_Spec317_DemandAddsUpToUnbounded", k.upToUnbounded},
		{"Required_Spec317_NoErrorAboveUnbounded", k.aboveUnbounded},
		{"Required_TheEndOfTheContextIsACancel", k.contextEnds},
	}
}

func (k *publishers[T]) fromSignals(e *env) {
	e.need(6)
	r := newRecorder[T](e)
	r.onSubscribe = func(demand.Subscription) {
		for range 3 {
			r.request(1)
		}
	}
	r.onNext = func(T) { r.request(1) }
	r.subscribed(e.ctx, k.make(e, 6))
	r.wants("3.2", 6)
}

func (k *publishers[T]) recursion(e *env) {
	n := int(e.depth) + 9
	e.need(n)
	r := newRecorder[T](e)
	r.onNext = func(T) { r.request(1) }
	r.subscribed(e.ctx, k.make(e, n))
	r.request(1)
	r.wants("3.3", n)
	e.settle()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.deepest > e.depth {
		e.fault("3.3: OnNext was called %d times on one stack, want at most %d (Recursion)", r.deepest, e.depth)
	}
}

func (k *publishers[T]) requestPrompt(e *env) {
	r := k.to(e, 3)
	for range 3 {
		r.mu.Lock()
		r.asked++
		r.mu.Unlock()
		e.prompt("3.4", "Request", func() { r.sub.Request(1) })
	}
	r.wants("3.4", 3)
}

func (k *publishers[T]) cancelPrompt(e *env) {
	r := k.to(e, 3)
	e.prompt("3.5", "Cancel before any request", r.sub.Cancel)
	r = k.to(e, 3)
	r.request(1)
	r.wants("3.5", 1)
	e.prompt("3.5", "Cancel", r.sub.Cancel)
	e.prompt("3.5", "Cancel for the second time", r.sub.Cancel)
	e.settle()
}

func (k *publishers[T]) cancelElsewhere(e *env) {
	const elements = 50
	for i := range 10 {
		e.need(elements)
		r := newRecorder[T](e)
		r.onNext = func(T) {
			if len(r.got) == i { // no other signal is under way
				for range 3 {
					e.async(r.cancel)
				}
			}
		}
		r.subscribed(e.ctx, k.make(e, elements))
		r.request(elements)
		r.cancel()
		r.silence("3.5: a signal after Cancel")
	}
	e.settle()
}

func (k *publishers[T]) requestAfterCancel(e *env) {
	r := k.to(e, 3)
	r.cancel()
	r.silence("3.6: a signal after Cancel")
	r.request(1)
	r.request(demand.Unbounded)
	r.request(0)
	e.settle()
}

func (k *publishers[T]) cancelAfterCancel(e *env) {
	r := k.to(e, 1)
	for range 3 {
		r.cancel()
	}
	r.silence("3.7: a signal after Cancel")
	r.cancel()
	e.settle()
}

func (k *publishers[T]) addsUp(e *env) {
	e.need(12)
	r := newRecorder[T](e)
	r.onSubscribe = func(demand.Subscription) {
		r.request(2)
		r.request(1)
	}
	r.onNext = func(T) {
		if len(r.got) == 3 { // no other signal is under way
			r.request(2)
			r.request(3)
		}
	}
	r.subscribed(e.ctx, k.make(e, 12))
	r.wants("3.8", 8)
	r.only("3.8", 8)
	r.request(1)
	r.request(1)
	r.wants("3.8", 10)
	r.only("3.8", 10)
}

func (k *publishers[T]) nonPositive(e *env) {
	for _, n := range []int64{0, -1, math.MinInt64} {
		r := k.to(e, 10)
		r.request(n)
		if err := r.wantsError("3.9", "OnError"); !errors.Is(err, demand.ErrDemand) && !strings.Contains(err.Error(), "3.9") {
			e.fault("3.9: Request(%d) led to an error that neither wraps demand.ErrDemand nor names rule 3.9: %v", n, err)
		}
		r = k.to(e, 10)
		r.request(3)
		r.wants("3.9", 3)
		r.request(n)
		r.wantsEnd("3.9", "OnError")
	}
	e.settle()
}

func (k *publishers[T]) namesRule(e *env) {
	r := k.to(e, 10)
	r.request(-7)
	err := r.wantsError("3.9", "OnError")
	if !errors.Is(err, demand.ErrDemand) {
		e.fault("3.9: the error does not wrap demand.ErrDemand: %v", err)
	}
	if err != nil && !strings.Contains(err.Error(), "3.9") {
		e.fault("3.9: the error does not name rule 3.9: %v", err)
	}
}

func (k *publishers[T]) cancelStops(e *env) {
	r := k.to(e, 20)
	r.request(10)
	r.request(5)
	r.wants("3.12", 1)
	r.cancel()
	r.silence("3.12: a signal after Cancel")
	r.request(5)
	e.settle()

	many := min(e.most, 10_000)
	r = newRecorder[T](e)
	r.onNext = func(T) { r.cancel() }
	r.subscribed(e.ctx, k.make(e, many))
	r.request(demand.Unbounded)
	r.silence("3.12: a signal after Cancel")
	if got := r.count(); got == many && many > 1 {
		e.fault("3.12: Cancel was called at the first element, and all of %d came", got)
	}
	e.settle()
}

func (k *publishers[T]) cancelDrops(e *env) {
	e.need(3)
	p := k.make(e, 3)
	ref := k.leaves(e, p)
	for range 10 {
		e.settle()
		runtime.GC()
		if ref.Value() == nil {
			runtime.KeepAlive(p)
			return
		}
	}
	runtime.KeepAlive(p)
	e.fault("3.13: after Cancel the subscriber is still referred to")
}

// leaves subscribes and cancels, and keeps no reference.
//
//go:noinline
func (k *publishers[T]) leaves(e *env, p demand.Publisher[T]) weak.Pointer[recorder[T]] {
	r := newRecorder[T](e)
	e.elsewhere(func() {
		r.subscribed(e.ctx, p)
		r.request(1)
		r.wants("3.13", 1)
		r.cancel()
	})
	return weak.Make(r)
}

func (k *publishers[T]) afterLast(e *env) {
	e.need(1)
	p := k.make(e, 1)
	newRecorder[T](e).subscribed(e.ctx, p).cancel()
	e.settle()
	r := newRecorder[T](e).subscribed(e.ctx, p)
	if _, end, _ := r.state(); end == "" {
		r.request(1)
		r.cancel()
	}
	e.settle()
}

func (k *publishers[T]) cancelNormal(e *env) {
	e.need(2)
	r := newRecorder[T](e)
	r.onSubscribe = func(demand.Subscription) { r.cancel() }
	r.subscribed(e.ctx, k.make(e, 2))
	r.silence("3.15: a signal after Cancel from OnSubscribe")
	r = newRecorder[T](e)
	r.onNext = func(T) { r.cancel() }
	r.subscribed(e.ctx, k.make(e, 2))
	r.request(2)
	r.silence("3.15: a signal after Cancel from OnNext")
	r.request(1)
	r.cancel()
	e.settle()
}

func (k *publishers[T]) requestNormal(e *env) {
	for _, n := range []int64{1, 2, demand.Unbounded, 0, -1, math.MinInt64} {
		r := k.to(e, 2)
		r.request(n)
		r.request(n)
		e.settle()
		r.cancel()
		r.request(n)
	}
	e.settle()
}

func (k *publishers[T]) unbounded(e *env) {
	k.without(e, func(r *recorder[T]) { r.request(demand.Unbounded) })
}

// without tries demand without limit.
func (k *publishers[T]) without(e *env, limit func(r *recorder[T])) {
	e.need(3)
	r := newRecorder[T](e)
	r.onSubscribe = func(demand.Subscription) { limit(r) }
	r.onNext = func(T) {
		if e.endless && len(r.got) >= 3 { // no other signal is under way
			r.cancel()
		}
	}
	r.subscribed(e.ctx, k.make(e, 3))
	r.wants("3.17", 3)
	if !e.endless {
		r.wantsEnd("3.17", "OnComplete")
	}
	r.cancel()
}

func (k *publishers[T]) upToUnbounded(e *env) {
	k.without(e, func(r *recorder[T]) {
		r.request(demand.Unbounded / 2)
		r.request(demand.Unbounded / 2)
		r.request(1)
	})
}

func (k *publishers[T]) aboveUnbounded(e *env) {
	e.need(10)
	r := newRecorder[T](e)
	r.onSubscribe = func(demand.Subscription) { r.request(1) }
	r.onNext = func(T) {
		if len(r.got) < 5 { // no other signal is under way
			r.request(demand.Unbounded - 1)
		} else {
			r.cancel()
		}
	}
	r.subscribed(e.ctx, k.make(e, 10))
	r.wants("3.17", 5)
	e.settle()
	if _, end, err := r.state(); end == "OnError" {
		e.fault("3.17: demand above 2^63-1 led to an error: %v", err)
	}
}

func (k *publishers[T]) contextEnds(e *env) {
	e.need(5)
	for _, first := range []int64{0, 1} {
		ctx, cancel := context.WithCancel(e.ctx)
		r := newRecorder[T](e).subscribed(ctx, k.make(e, 5))
		if first > 0 {
			r.request(first)
			r.wants("the end of the context is a Cancel", int(first))
		}
		r.silence("the end of the context is a Cancel: a signal after it")
		cancel()
		e.settle()
		r.request(4)
		e.settle()
	}
}
