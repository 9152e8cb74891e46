package docs_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// Countdown emits n, n-1 … 1.
func Countdown(n int) stage.Source[int] {
	return stage.NewSource(stage.Meta{Kind: "Countdown"}, func(*stage.Runtime) demand.Upstream[int] {
		return &countdown{left: n}
	})
}

type countdown struct {
	left int
	err  error
}

func (c *countdown) Pull(dst *demand.Chunk[int]) error {
	if c.err != nil {
		return c.err
	}
	if c.left == 0 {
		return demand.ErrCompleted
	}
	for ; c.left > 0 && dst.Free() > 0; c.left-- {
		dst.Append(c.left)
	}
	return nil
}

func (c *countdown) Cancel(cause error) { c.err = cause }

// Lines writes each element to w, on a line of its own.
func Lines[T any](w io.Writer) stage.Sink[T] {
	meta := stage.Meta{Kind: "Lines", Flushes: true}.Func(w == nil, "writer")
	return stage.NewSink(meta, func(*stage.Runtime) stage.Writer[T] {
		return lines[T]{bufio.NewWriter(w)}
	})
}

type lines[T any] struct{ *bufio.Writer }

func (l lines[T]) Write(in *demand.Chunk[T]) error {
	for in.Len() > 0 {
		if _, err := fmt.Fprintln(l.Writer, in.Items()[0]); err != nil {
			return err
		}
		in.Advance(1)
		if in.Hurry() {
			break
		}
	}
	return nil
}

func (l lines[T]) Close(error) error { return nil }

func Example_customEnds() {
	err := flow.From(Countdown(3)).To(Lines[int](os.Stdout)).Run(context.Background())
	fmt.Println(err)
	// Output:
	// 3
	// 2
	// 1
	// <nil>
}

// Positive keeps what is above zero, as text: one stage made of two.
func Positive() stage.Stage[int, string] {
	positive := stage.New("positive", func(_ *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] {
		return &kept{up}
	})
	text := stage.New("text", func(_ *stage.Runtime, up demand.Upstream[int]) demand.Upstream[string] {
		return &texts{up: up}
	})
	return stage.Compose(positive, text)
}

type kept struct{ demand.Upstream[int] }

func (k *kept) Pull(dst *demand.Chunk[int]) error {
	return demand.PullKept(k.Upstream, dst, func(v int) bool { return v > 0 })
}

type texts struct {
	up demand.Upstream[int]
	in demand.Chunk[int]
}

func (t *texts) Pull(dst *demand.Chunk[string]) error {
	if err := demand.Refill(t.up, &t.in, dst); err != nil {
		return err
	}
	demand.MapInto(dst, &t.in, func(v int) string { return fmt.Sprint("+", v) })
	return nil
}

func (t *texts) Cancel(cause error) { t.up.Cancel(cause) }

func Example_compose() {
	f := flow.Via(flow.From(source.Range(-3, 3)), Positive())
	fmt.Println(flow.Collect(context.Background(), f))
	// Output: [+1 +2] <nil>
}
