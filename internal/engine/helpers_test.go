package engine_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/stage"
)

var errBroken = errors.New("broken")

// numbers returns the integers from lo up to and without hi.
func numbers(lo, hi int) (out []int) {
	for v := lo; v < hi; v++ {
		out = append(out, v)
	}
	return out
}

// keeps is a sink whose elements count as handled when they are flushed. It
// fails at an element, if it is told to, and says at one that it has enough.
type keeps struct {
	fail, enough int // elements, -1 for none
	written      []int
	flushed      []int
	flushes      int
	closed       []error
	flushErr     error
}

func newKeeps() *keeps { return &keeps{fail: -1, enough: -1} }

func (k *keeps) sink(every int, opts ...stage.Option) stage.Sink[int] {
	m := stage.Configure("Keeps", stage.TakesWindow, opts)
	m.Flushes, m.FlushEvery = true, every
	return stage.NewSink(m, func(*stage.Runtime) stage.Writer[int] { return k })
}

func (k *keeps) Write(in *demand.Chunk[int]) error {
	for _, v := range slices.Clone(in.Items()) {
		switch v {
		case k.fail:
			return errBroken
		case k.enough:
			return demand.ErrEnough
		}
		k.written = append(k.written, v)
		in.Advance(1)
	}
	return nil
}

func (k *keeps) Flush() error {
	k.flushes++
	if k.flushErr != nil {
		return k.flushErr
	}
	k.flushed = slices.Clone(k.written)
	return nil
}

func (k *keeps) Close(cause error) error {
	k.closed = append(k.closed, cause)
	return nil
}

// balanced checks that the books of a stage balance.
func balanced(t *testing.T, s flow.Snapshot, names ...string) {
	t.Helper()
	for _, name := range names {
		st, ok := s.Stage(name)
		if !ok || st.In != st.Out+st.DroppedTotal()+st.Discarded {
			t.Errorf("stage %q (found: %v): %d in, %d out, %v dropped, %d discarded", name, ok, st.In, st.Out, st.Dropped, st.Discarded)
		}
	}
}
