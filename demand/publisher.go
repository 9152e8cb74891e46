package demand

import "context"

// A Publisher gives elements to those who subscribe, as they request them. It
// and the three types below are Reactive Streams 1.0.4 in Go
// (https://github.com/reactive-streams/reactive-streams-jvm); rules are named by
// their numbers there. What differs: elements may be nil (2.13), a subscription
// has a context, and a nil subscriber, subscription or error panics, as nothing
// else could report it.
type Publisher[T any] interface {
	// Subscribe makes a subscription of its own for s, and hands it to
	// s.OnSubscribe before it calls anything else of s. It returns normally: a
	// subscriber that is refused gets OnSubscribe, then OnError (1.9).
	//
	// The end of ctx is like a Cancel: no signal follows.
	Subscribe(ctx context.Context, s Subscriber[T])
}

// A Subscriber takes the signals of one subscription: OnSubscribe, then OnNext
// at most as often as it has requested, then OnComplete or OnError at most once.
// They are called one after the other, from any goroutine, and each happens
// before the next. They return soon, and don't panic (2.2, 2.13).
type Subscriber[T any] interface {
	OnSubscribe(sub Subscription)
	OnNext(v T)
	OnError(err error)
	OnComplete()
}

// A Subscription is how a subscriber speaks to its publisher. Its methods return
// at once, and may be called from within OnSubscribe and OnNext, and from any
// goroutine. After Cancel or the end of the stream they do nothing.
type Subscription interface {
	// Request allows n more elements. Requests add up; Unbounded, 2^63-1, is never
	// used up. One below 1 ends the subscription with an error that wraps ErrDemand
	// (3.9).
	Request(n int64)
	// Cancel says that no more is wanted. A signal that is under way may still come.
	Cancel()
}

// A Processor is both: it subscribes to a publisher, and publishes what it makes
// of that.
type Processor[In, Out any] interface {
	Subscriber[In]
	Publisher[Out]
}
