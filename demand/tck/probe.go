package tck

import "github.com/weir-go/weir/demand"

// A Probe is how a subscriber under test shows what it does inside. It tells the
// probe of each signal that it has handled, in OnSubscribe with a subscription of
// its own: the kit calls Request and Cancel there, and the subscriber does the
// same to the subscription that it has been given, and nothing else to it. It
// doesn't tell of a subscription that it refuses.
type Probe[T any] struct{ r *recorder[T] }

// OnSubscribe tells that there is a subscription, and how to use it.
func (p *Probe[T]) OnSubscribe(sub demand.Subscription) { p.r.OnSubscribe(sub) }

// OnNext tells of an element.
func (p *Probe[T]) OnNext(v T) { p.r.OnNext(v) }

// OnError tells of a failure.
func (p *Probe[T]) OnError(err error) { p.r.OnError(err) }

// OnComplete tells of the end.
func (p *Probe[T]) OnComplete() { p.r.OnComplete() }
