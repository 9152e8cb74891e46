package sink

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// The sinks that make one value of all elements. Each is given where the value
// goes, which may be read when the run has ended, and serves one run, as Slice
// does.

// Fold replaces *acc by f of it and each element, in order, beginning with what
// is there. After an error *acc is what the elements before it gave.
//
// Elsewhere: Pekko Sink.fold, Reactor reduce with a seed, RxJava reduce with a
// seed.
//
// backpressures when f is at work · completes when upstream does · fails when
// upstream does · handled when f has returned
func Fold[T, A any](acc *A, f func(A, T) A, opts ...stage.Option) stage.Sink[T] {
	m := configure("Fold", opts).Func(acc == nil, "accumulator").Func(f == nil, "function")
	return aggregate(m, nil, func(v T) bool { *acc = f(*acc, v); return true })
}

// Reduce is Fold that begins with the first element: *v becomes f of what it was
// and each further one. *ok tells whether there was an element.
//
// Elsewhere: Pekko Sink.reduce, Reactor reduce, RxJava reduce, rill Reduce.
//
// backpressures when f is at work · completes when upstream does · fails when
// upstream does · handled when f has returned
func Reduce[T any](v *T, ok *bool, f func(T, T) T, opts ...stage.Option) stage.Sink[T] {
	m := configure("Reduce", opts).Func(v == nil, "value").Func(ok == nil, "ok").Func(f == nil, "function")
	return reduce(m, v, ok, f)
}

// Count adds the number of elements to *n.
//
// Elsewhere: Pekko Sink.count, Reactor count, RxJava count.
//
// backpressures when never · completes when upstream does · fails when upstream
// does · handled when counted
func Count[T any](n *int64, opts ...stage.Option) stage.Sink[T] {
	m := configure("Count", opts).Func(n == nil, "count")
	return stage.NewSink(m, func(*stage.Runtime) stage.Writer[T] { return counter[T]{n: n} })
}

// Last puts the last element into *v. *ok tells whether there was one.
//
// Elsewhere: Pekko Sink.last, Reactor last, RxJava last.
//
// backpressures when never · completes when upstream does · fails when upstream
// does · handled when taken
func Last[T any](v *T, ok *bool, opts ...stage.Option) stage.Sink[T] {
	m := configure("Last", opts).Func(v == nil, "value").Func(ok == nil, "ok")
	return reduce(m, v, ok, func(_, last T) T { return last })
}

// Min puts the smallest element into *v, by compare, which returns a number below
// zero where its first argument is the smaller one, like cmp.Compare; of equal ones
// the first. *ok tells whether there was an element.
//
// backpressures when compare is at work · completes when upstream does · fails
// when upstream does · handled when compared
func Min[T any](v *T, ok *bool, compare func(a, b T) int, opts ...stage.Option) stage.Sink[T] {
	m := configure("Min", opts).Func(v == nil, "value").Func(ok == nil, "ok").Func(compare == nil, "function")
	return reduce(m, v, ok, func(least, v T) T {
		if compare(v, least) < 0 {
			return v
		}
		return least
	})
}

// Max puts the greatest element into *v, by compare, as Min does the smallest.
//
// backpressures when compare is at work · completes when upstream does · fails
// when upstream does · handled when compared
func Max[T any](v *T, ok *bool, compare func(a, b T) int, opts ...stage.Option) stage.Sink[T] {
	m := configure("Max", opts).Func(v == nil, "value").Func(ok == nil, "ok").Func(compare == nil, "function")
	return reduce(m, v, ok, func(most, v T) T {
		if compare(v, most) > 0 {
			return v
		}
		return most
	})
}

// ToMap puts each element into *m under its key; of several with one key the last
// one stays. A nil *m is made.
//
// Elsewhere: Reactor collectMap, RxJava toMap.
//
// backpressures when key is at work · completes when upstream does · fails when
// upstream does · handled when in the map
func ToMap[T any, K comparable](dst *map[K]T, key func(T) K, opts ...stage.Option) stage.Sink[T] {
	m := configure("ToMap", opts).Func(dst == nil, "map").Func(key == nil, "function")
	begin := func() {
		if *dst == nil {
			*dst = map[K]T{}
		}
	}
	return aggregate(m, begin, func(v T) bool { (*dst)[key(v)] = v; return true })
}

func configure(kind string, opts []stage.Option) stage.Meta {
	m := stage.Configure(kind, stage.TakesWindow, opts)
	m.Once = new(stage.Once)
	return m
}

// reduce combines all elements into *v.
func reduce[T any](m stage.Meta, v *T, ok *bool, f func(T, T) T) stage.Sink[T] {
	return aggregate(m, func() { *ok = false }, func(e T) bool {
		if !*ok {
			*v, *ok = e, true
		} else {
			*v = f(*v, e)
		}
		return true
	})
}

// aggregate gives each element to add, until that reports false; begin, if there
// is one, is called before.
func aggregate[T any](m stage.Meta, begin func(), add func(T) bool) stage.Sink[T] {
	return stage.NewSink(m, func(*stage.Runtime) stage.Writer[T] {
		if begin != nil {
			begin()
		}
		return aggregator[T]{add: add}
	})
}

type aggregator[T any] struct {
	unbuffered
	add func(T) bool
}

func (a aggregator[T]) Write(in *demand.Chunk[T]) error {
	n, hurry := 0, in.HurryFlag()
	for _, v := range in.Items() {
		more := a.add(v)
		if n++; !more {
			in.Advance(n)
			return demand.ErrEnough
		}
		if hurry.Load() {
			break
		}
	}
	in.Advance(n)
	return nil
}

type counter[T any] struct {
	unbuffered
	n *int64
}

func (c counter[T]) Write(in *demand.Chunk[T]) error {
	*c.n += int64(in.Len())
	in.Advance(in.Len())
	return nil
}
