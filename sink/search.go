package sink

import "github.com/weir-go/weir/stage"

// First puts the first element into *v, and ends the stream well. *ok tells
// whether there was one. It asks for one element at a time, unless the option
// Window says otherwise.
//
// Elsewhere: Pekko Sink.headOption, Reactor next, RxJava firstElement, rill
// First.
//
// backpressures when never · completes after the first element, or when
// upstream does · fails when upstream does before · handled when taken
func First[T any](v *T, ok *bool, opts ...stage.Option) stage.Sink[T] {
	m := configure("First", opts).Func(v == nil, "value").Func(ok == nil, "ok")
	if m.WindowMin == 0 {
		m.WindowMin, m.WindowMax = 1, 1
	}
	return aggregate(m, func() { *ok = false }, func(e T) bool { *v, *ok = e, true; return false })
}

// Any sets *ok to whether match reports true for some element. The first such
// element ends the stream well; those read together with it are counted as
// discarded. Of no elements it is false.
//
// Elsewhere: Pekko Sink.exists, Reactor any, RxJava any, rill Any.
//
// backpressures when match is at work · completes when match reports true, or
// when upstream does · fails when upstream does before · handled when match has
// returned
func Any[T any](ok *bool, match func(T) bool, opts ...stage.Option) stage.Sink[T] {
	m := configure("Any", opts).Func(ok == nil, "ok").Func(match == nil, "function")
	return aggregate(m, func() { *ok = false }, func(v T) bool { *ok = match(v); return !*ok })
}

// All sets *ok to whether match reports true for every element. The first for
// which it does not ends the stream well; those read together with it are counted
// as discarded. Of no elements it is true. After an error it speaks of the elements
// before.
//
// Elsewhere: Pekko Sink.forall, Reactor all, RxJava all, rill All.
//
// backpressures when match is at work · completes when match reports false, or
// when upstream does · fails when upstream does before · handled when match has
// returned
func All[T any](ok *bool, match func(T) bool, opts ...stage.Option) stage.Sink[T] {
	m := configure("All", opts).Func(ok == nil, "ok").Func(match == nil, "function")
	return aggregate(m, func() { *ok = true }, func(v T) bool { *ok = match(v); return *ok })
}
