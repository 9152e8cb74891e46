package operators

import (
	"iter"

	"github.com/weir-go/weir/stage"
)

// Extrapolate passes on each element, and then, while downstream asks and no new
// one has come, elements of the sequence that fn derives from it: guesses how it
// goes on. fn is called when the first of them is asked for. A nil or empty
// sequence derives nothing.
//
// At most one element is made for each request, when it is made. Who asks without
// a limit, as sink.ForEach and sink.Discard do, gets elements without a limit, and
// keeps a processor busy: put what paces the stream below, such as Throttle, or a
// sink that takes its time. See Expand, also for what counts as handled: the
// element itself carries that, the derived ones belong to no read.
//
//	in                    1-----2---|
//	Extrapolate(v + 1)    1-2-3-2-3-|    asked for every 2 ms
//
// Elsewhere: Pekko extrapolate.
//
// emits when an element comes, and while its sequence yields and downstream asks ·
// backpressures when downstream does · completes when upstream does, after the
// last element · fails when upstream does, after the last element · cancels when
// downstream does, and ends the sequence · starts 1 goroutine · holds one element
// that has come, and the sequence of the one before
func Extrapolate[T any](fn func(T) iter.Seq[T], opts ...stage.Option) stage.Stage[T, T] {
	return newExpand("Extrapolate", itselfFirst(fn), nil, opts)
}

// ExtrapolateFrom is Extrapolate that begins with initial, as if it had come
// first, so that downstream has something before upstream gives. initial belongs
// to no read.
//
//	in                            ----5---|
//	ExtrapolateFrom(0, v + 1)     0-1-5-6-|    asked for every 2 ms
//
// Elsewhere: Pekko extrapolate with an initial element.
//
// emits when downstream asks first, when an element comes, and while its sequence
// yields and downstream asks · backpressures when downstream does · completes when
// upstream does, after the last element · fails when upstream does, after the last
// element · cancels when downstream does, and ends the sequence · starts 1
// goroutine · holds one element that has come, and the sequence of the one before
func ExtrapolateFrom[T any](initial T, fn func(T) iter.Seq[T], opts ...stage.Option) stage.Stage[T, T] {
	return newExpand("ExtrapolateFrom", itselfFirst(fn), []T{initial}, opts)
}

// itselfFirst returns fn with the element before its sequence, or nil.
func itselfFirst[T any](fn func(T) iter.Seq[T]) func(T) iter.Seq[T] {
	if fn == nil {
		return nil
	}
	return func(v T) iter.Seq[T] {
		return func(yield func(T) bool) {
			if !yield(v) {
				return
			}
			if seq := fn(v); seq != nil {
				seq(yield)
			}
		}
	}
}
