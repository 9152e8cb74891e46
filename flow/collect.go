package flow

import (
	"context"
	"errors"
	"iter"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
)

// Collect runs the flow and returns its elements, in order. After an error it
// returns those before it.
func Collect[T any](ctx context.Context, f Flow[T]) ([]T, error) {
	var out []T
	err := f.To(sink.Slice(&out)).Run(ctx)
	return out, err
}

// Fold runs the flow and combines its elements, in order, beginning with init.
// After an error it returns what the elements before it gave.
func Fold[T, A any](ctx context.Context, f Flow[T], init A, fn func(A, T) A) (A, error) {
	acc := init
	s := stage.NewSink(stage.Meta{Kind: "Fold"}.Func(fn == nil, "function"), func(*stage.Runtime) stage.Writer[T] {
		acc = init
		return &folder[T, A]{&acc, fn}
	})
	err := f.To(s).Run(ctx)
	return acc, err
}

type folder[T, A any] struct {
	acc *A
	fn  func(A, T) A
}

func (f *folder[T, A]) Write(in *demand.Chunk[T]) error {
	acc, n := *f.acc, 0
	hurry := in.HurryFlag()
	for _, v := range in.Items() {
		acc = f.fn(acc, v)
		if n++; hurry.Load() {
			break
		}
	}
	*f.acc = acc
	in.Advance(n)
	return nil
}

func (f *folder[T, A]) Flush() error      { return nil }
func (f *folder[T, A]) Close(error) error { return nil }

// All runs the flow and yields its elements; an error comes last, with a zero
// element. Leaving the loop ends the run, and waits for it: elements that were
// read and not yielded are counted as discarded. The loop's body runs on the
// caller's goroutine, like the stages fused with it.
func All[T any](ctx context.Context, f Flow[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		y := &yielder[T]{yield: yield}
		s := stage.NewSink(stage.Meta{Kind: "All"}, func(*stage.Runtime) stage.Writer[T] { return y })
		r, err := start(ctx, true, []Pipeline{f.To(s)})
		if err == nil {
			err = r.Wait()
		}
		if y.panicked {
			panic(y.value)
		}
		if err != nil && !y.left {
			var zero T
			yield(zero, err)
		}
	}
}

type yielder[T any] struct {
	yield    func(T, error) bool
	left     bool // the loop was left
	panicked bool
	value    any
}

var errBody = errors.New("the loop's body panicked")

func (y *yielder[T]) Write(in *demand.Chunk[T]) (err error) {
	v := in.Items()[0]
	returned := false
	defer func() {
		if returned {
			return
		}
		y.left = true
		if y.value = recover(); y.value != nil {
			y.panicked, err = true, errBody
		}
	}()
	more := y.yield(v, nil)
	returned = true
	in.Advance(1) // it counts as handled now that the loop's body has ended
	if !more {
		y.left = true
		return demand.ErrEnough
	}
	return nil
}

func (y *yielder[T]) Flush() error      { return nil }
func (y *yielder[T]) Close(error) error { return nil }
