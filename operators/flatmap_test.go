package operators_test

import (
	"errors"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestFlatMapMayReuseItsMemory(t *testing.T) {
	var buf []int
	f := flow.Via(flow.From(source.Range(0, 50)), operators.FlatMap(func(v int) []int {
		buf = buf[:0]
		for i := range v {
			buf = append(buf, v*100+i)
		}
		return buf
	}))
	for _, window := range []int{1, 7, 256} {
		got, err := collect(t, f, window)
		if err != nil || len(got) != 49*50/2 {
			t.Fatalf("%d elements, error %v", len(got), err)
		}
		i := 0
		for v := range 50 {
			for k := range v {
				if want := same([]int{v*100 + k})[0].text; got[i].text != want {
					t.Fatalf("window %d: element %d is %s, want %s", window, i, got[i].text, want)
				}
				i++
			}
		}
	}
}

// FlatMap is not asked for more than the demand: what a slice leaves over is
// kept, and f is called when it has gone.
func TestFlatMapIsCalledOnDemand(t *testing.T) {
	for name, op := range map[string]func(called func()) stage.Stage[int, int]{
		"slices": func(called func()) stage.Stage[int, int] {
			return operators.FlatMap(func(v int) []int { called(); return []int{v, v, v, v} })
		},
		"sequences": func(called func()) stage.Stage[int, int] {
			return operators.FlatMapSeq(func(v int) iter.Seq[int] {
				called()
				return func(yield func(int) bool) { _ = yield(v) && yield(v) && yield(v) && yield(v) }
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			calls, n := 0, 0
			f := flow.Via(flow.From(source.Range(0, 100)), op(func() { calls++ }))
			err := f.To(sink.ForEach(func(int) error {
				n++
				if want := (n + 3) / 4; calls > want {
					t.Errorf("at element %d there were %d calls, want %d", n, calls, want)
				}
				return nil
			}, stage.Window(1, 1))).Run(t.Context())
			if err != nil || n != 400 {
				t.Errorf("%d elements, error %v", n, err)
			}
		})
	}
}

// endless yields for ever, and notes how many sequences are open.
func endless(open *int) func(int) iter.Seq[int] {
	return func(v int) iter.Seq[int] {
		return func(yield func(int) bool) {
			*open++
			defer func() { *open-- }()
			for yield(v) {
			}
		}
	}
}

func TestFlatMapSeqEndsItsSequence(t *testing.T) {
	boom := errors.New("boom")
	for name, end := range map[string]func(*testing.T, flow.Flow[int]) error{
		"when enough was taken": func(t *testing.T, f flow.Flow[int]) error {
			got, err := flow.Collect(t.Context(), f.Via(operators.Take[int](1000)))
			if len(got) != 1000 {
				t.Errorf("took %d elements", len(got))
			}
			return err
		},
		"when the sink fails": func(t *testing.T, f flow.Flow[int]) error {
			err := f.To(sink.ForEach(func(int) error { return boom })).Run(t.Context())
			if !errors.Is(err, boom) {
				return errors.Join(errors.New("want boom, got"), err)
			}
			return nil
		},
		"when a stage below fails": func(t *testing.T, f flow.Flow[int]) error {
			_, err := flow.Collect(t.Context(), flow.Via(f, operators.Map(func(v int) int { panic(boom) })))
			if !errors.Is(err, boom) {
				return errors.Join(errors.New("want boom, got"), err)
			}
			return nil
		},
		"when it is stopped": func(t *testing.T, f flow.Flow[int]) error {
			r, err := f.To(sink.Discard[int]()).Start(t.Context())
			if err != nil {
				return err
			}
			if err := r.Stop(boom); !errors.Is(err, boom) {
				return errors.Join(errors.New("want boom, got"), err)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			open := 0
			var l ledger
			f := flow.Via(l.tracked(upTo(10), 3, demand.ErrCompleted), operators.FlatMapSeq(endless(&open)))
			if err := end(t, f); err != nil {
				t.Error(err)
			}
			if open != 0 {
				t.Errorf("%d sequences were left open", open)
			}
			l.check(t, 0)
		})
	}
}

func TestFlatMapSeqPanics(t *testing.T) {
	boom := errors.New("boom")
	closed := false
	f := flow.Via(flow.From(source.Range(0, 10)), operators.FlatMapSeq(func(v int) iter.Seq[int] {
		return func(yield func(int) bool) {
			defer func() { closed = true }()
			if !yield(v) || v == 5 {
				panic(boom)
			}
		}
	}, stage.Name("expand")))
	got, err := flow.Collect(t.Context(), f)
	var at *stage.PanicError
	if !errors.As(err, &at) || at.Stage != "expand" || !errors.Is(err, boom) {
		t.Fatalf("got error %v", err)
	}
	if stack := string(at.Stack); !strings.Contains(stack, "TestFlatMapSeqPanics") {
		t.Errorf("the stack is not that of the sequence:\n%s", stack)
	}
	if len(got) > 6 || !closed {
		t.Errorf("got %v, closed %v", got, closed)
	}
}

// What a sequence does when it is ended may fail too.
func TestFlatMapSeqPanicsWhenEnded(t *testing.T) {
	boom := errors.New("boom")
	f := flow.Via(flow.From(source.Range(0, 10)), operators.FlatMapSeq(func(v int) iter.Seq[int] {
		return func(yield func(int) bool) {
			defer panic(boom)
			for yield(v) {
			}
		}
	}, stage.Name("expand")))
	got, err := flow.Collect(t.Context(), f.Via(operators.Take[int](5)))
	var at *stage.PanicError
	if !errors.As(err, &at) || at.Stage != "expand" || !errors.Is(err, boom) || len(got) != 5 {
		t.Errorf("got %v, error %v", got, err)
	}
}

// An io.EOF of user code truncates nothing in silence, and the elements before
// it arrive.
func TestEOFOfUserCode(t *testing.T) {
	eof := func(v int) (int, error) {
		if v == 30 {
			return 0, io.EOF
		}
		return v, nil
	}
	for name, opts := range map[string][]stage.Option{"fused": nil, "workers": {stage.Workers(3)}, "unordered": {stage.Workers(3), stage.Unordered()}} {
		for _, window := range []int{1, 7, 256} {
			var l ledger
			got, err := collect(t, flow.Via(l.tracked(upTo(100), 4, demand.ErrCompleted), operators.MapErr(eof, opts...)), window)
			var at *stage.Error
			if !errors.Is(err, io.EOF) || !errors.As(err, &at) || at.Stage != "maperr" || at.Source != "tracked" || at.Record != 31 {
				t.Errorf("%s, window %d: got error %v, want io.EOF of record 31", name, window, err)
			}
			if name != "unordered" && len(got) != 30 {
				t.Errorf("%s, window %d: got %d elements before the error, want 30", name, window, len(got))
			}
			l.once(t, 100)
		}
	}
}
