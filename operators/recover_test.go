package operators_test

import (
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestRecover(t *testing.T) {
	fail := func(v int) (int, error) {
		if v == 13 {
			return 0, io.EOF
		}
		return v, nil
	}
	for _, window := range []int{1, 2, 7, 256} {
		var l ledger
		var seen error
		f := flow.Via(l.tracked(upTo(100), 4, demand.ErrCompleted), operators.MapErr(fail))
		f = f.Via(operators.Recover(func(err error) (int, bool) { seen = err; return -1, true }))
		got, err := collect(t, f, window)
		want := append(same(upTo(13)), arrival{"-1", 0})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("window %d: got %v, want %v, error %v", window, got, want, err)
		}
		var at *stage.Error
		if !errors.As(seen, &at) || at.Stage != "maperr" || at.Record != 14 || !errors.Is(seen, io.EOF) {
			t.Errorf("window %d: the function got %v", window, seen)
		}
		l.check(t, 13)
	}
}

func TestRecoverDeclines(t *testing.T) {
	var l ledger
	f := l.tracked(upTo(10), 4, errSource).Via(operators.Recover(func(error) (int, bool) { return -1, false }))
	got, err := collect(t, f, 7)
	var at *stage.Error
	if !errors.Is(err, errSource) || !errors.As(err, &at) || at.Stage != "tracked" || len(got) != 10 {
		t.Errorf("got %v, error %v", got, err)
	}
	l.check(t, 10)
}

// Panics are no errors to recover from, whether they come over a link or not.
func TestPanicsAreNotRecovered(t *testing.T) {
	boom := errors.New("boom")
	for name, link := range map[string]stage.Stage[int, int]{"fused": operators.Skip[int](0), "linked": operators.Async[int](4)} {
		f := flow.Via(flow.From(source.Range(0, 10)), operators.Map(func(v int) int { panic(boom) })).Via(link)
		_, err := flow.Collect(t.Context(), f.Via(operators.Recover(func(error) (int, bool) { return 0, true })))
		var panicked *stage.PanicError
		if !errors.As(err, &panicked) || !errors.Is(err, boom) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

// After an error nothing more is wanted from above, also while the run goes on.
func TestRecoverCancelsUpstream(t *testing.T) {
	cancelled := false
	src := stage.NewSource(stage.Meta{Kind: "noting"}, func(*stage.Runtime) demand.Upstream[int] {
		return &noting{end: errSource, cancelled: &cancelled}
	})
	recovered := flow.From(src).Via(operators.Recover(func(error) (int, bool) { return -1, true }))
	later := flow.From(source.Range(0, 3)).Via(operators.Peek(func(int) {
		if !cancelled {
			t.Error("upstream was not cancelled while the run went on")
		}
	}))
	got, err := flow.Collect(t.Context(), flow.Concat(recovered, later))
	if err != nil || !slices.Equal(got, []int{-1, 0, 1, 2}) {
		t.Errorf("got %v, error %v", got, err)
	}
}

type noting struct {
	end       error
	cancelled *bool
}

func (n *noting) Pull(*demand.Chunk[int]) error { return n.end }
func (n *noting) Cancel(error)                  { *n.cancelled = true }
