package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Conflate merges the elements that come while downstream is busy into one with
// fn: the one held so far, then the one that comes. Upstream is never held back.
// Downstream is busy from when its request is answered until it asks again; an
// answer is one element. Nothing is dropped: each merge is counted, in the Buffer
// counts of the stage.
//
// fn runs on the goroutine of what is above. An element counts as handled when the
// one that it became a part of does; until then each read that it came of is kept
// in mind, however many are merged. If fn panics, the stream fails, and what is
// held is given up.
//
// What is below may ask ahead of its need, as a link does: put this operator right
// above the slow stage.
//
//	in                    12345------6|
//	downstream is busy    1-----------
//	Conflate(add)         1-----e----6|    e is 2 + 3 + 4 + 5
//
// Elsewhere: Pekko conflate, RxJava onBackpressureReduce.
//
// emits when it holds something and downstream asks · backpressures when never ·
// completes when upstream does, after what is held · fails when upstream does,
// behind what is held · cancels when downstream does · starts 1 goroutine · holds
// one element, and at most one that downstream is about to take
func Conflate[T any](fn func(a, b T) T, opts ...stage.Option) stage.Stage[T, T] {
	return conflate(func(v T) T { return v }, fn, stage.Configure("Conflate", stage.TakesWindow, opts))
}

// ConflateWith is Conflate into a value of another type: seed makes it of the first
// element that comes while downstream is busy, fn adds each further one. So it
// can count, sum up, or collect by key. fn may change the value and return it, as
// downstream gets it only when it is complete. Let it stay small: for how many
// elements are merged there is no bound.
//
//	in                        12345------6|
//	downstream is busy        1-----------
//	ConflateWith(one, more)   1-----4----1|    how many elements
//
// Elsewhere: Pekko conflateWithSeed, RxJava onBackpressureReduce.
//
// emits when it holds something and downstream asks · backpressures when never ·
// completes when upstream does, after what is held · fails when upstream does,
// behind what is held · cancels when downstream does · starts 1 goroutine · holds
// one value, and at most one that downstream is about to take
func ConflateWith[T, A any](seed func(T) A, fn func(A, T) A, opts ...stage.Option) stage.Stage[T, A] {
	m := stage.Configure("ConflateWith", stage.TakesWindow, opts).Func(seed == nil, "seed function")
	return conflate(seed, fn, m)
}

func conflate[T, A any](seed func(T) A, fn func(A, T) A, m stage.Meta) stage.Stage[T, A] {
	m = m.Func(fn == nil, "function")
	m.Link, m.Capacity = true, 1
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[A] {
		return engine.Conflate(rt.Cell(), up, seed, fn, m.WindowMin, m.WindowMax)
	})
}
