package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// FlatMap replaces each element by the elements that f returns for it, which
// may be none. What does not fit into the demand is kept, and f is not called
// again before it has gone; so f may return the same memory every time.
//
// An element counts as handled when all that came of it does.
//
//	in                 -a------b------|
//	FlatMap(v1, v2)    -(a1a2)-(b1b2)-|
//
// Elsewhere: Pekko mapConcat, Reactor flatMapIterable, RxJava
// concatMapIterable, ro FlatMap, rill OrderedFlatMap, go-streams FlatMap.
//
// emits when f returns elements, and while there are more of them ·
// backpressures when downstream does · completes when upstream does and all of
// the last slice has gone · fails when upstream does · cancels when downstream
// does · holds one slice
func FlatMap[In, Out any](f func(In) []Out, opts ...stage.Option) stage.Stage[In, Out] {
	return flatten("FlatMap", f, opts)
}

// Unbatch turns slices into their elements. It is the opposite of Batch.
//
//	in         -[ab]-[c]-|
//	Unbatch    -(ab)-c---|
//
// Elsewhere: Pekko mapConcat, Reactor flatMapIterable, RxJava
// flattenAsFlowable, ro Flatten, rill Unbatch, go-streams Flatten.
//
// emits when a slice comes, and while there is more of it · backpressures when
// downstream does · completes when upstream does and all of the last slice has
// gone · fails when upstream does · cancels when downstream does · holds one
// slice
func Unbatch[T any](opts ...stage.Option) stage.Stage[[]T, T] {
	return flatten("Unbatch", func(b []T) []T { return b }, opts)
}

func flatten[In, Out any](kind string, f func(In) []Out, opts []stage.Option) stage.Stage[In, Out] {
	m := stage.Configure(kind, stage.TakesName, opts).Func(f == nil, "function")
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		return &flatMap[In, Out]{up: up, f: f}
	})
}

type flatMap[In, Out any] struct {
	up   demand.Upstream[In]
	in   demand.Chunk[In] // its front element is the one that was called with
	f    func(In) []Out
	rest []Out
	open bool  // rest belongs to the front element
	err  error // of f, for the front element: FlatMapErr sets it
}

func (m *flatMap[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	for {
		if err := demand.Refill(m.up, &m.in, dst); err != nil || m.in.Len() == 0 {
			return err
		}
		if m.some(dst); m.err != nil {
			m.in.Fail(m.err)
			if dst.Len() == 0 {
				return m.err
			}
		}
		if dst.Len() > 0 {
			return nil
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

// some works on the input until dst is full or the island is in a hurry, or up to
// an error of f, whose element stays in front.
func (m *flatMap[In, Out]) some(dst *demand.Chunk[Out]) {
	hurry := dst.HurryFlag()
	for m.in.Len() > 0 {
		if !m.open {
			if m.rest = m.f(m.in.Items()[0]); m.err != nil {
				return
			}
			m.open = true
		}
		m.rest = m.rest[demand.Expand(dst, &m.in, m.rest):]
		if len(m.rest) > 0 {
			return
		}
		m.rest, m.open = nil, false
		m.in.Advance(1)
		if dst.Free() == 0 || hurry.Load() {
			return
		}
	}
}

func (m *flatMap[In, Out]) Cancel(cause error) { m.up.Cancel(cause) }
