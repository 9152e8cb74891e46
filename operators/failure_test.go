package operators_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// failsAt is a flow of n tracked elements whose stage "parse" fails at one.
func failsAt(l *ledger, n, at int) flow.Flow[int] {
	return flow.Via(l.tracked(upTo(n), 4, demand.ErrCompleted), operators.MapErr(func(v int) (int, error) {
		if v == at {
			return 0, io.EOF
		}
		return v, nil
	}, stage.Name("parse")))
}

// ofFailures are the operators of this family that leave a stream alone.
func ofFailures() map[string]func() stage.Stage[int, int] {
	return map[string]func() stage.Stage[int, int]{
		"WrapError": func() stage.Stage[int, int] { return operators.WrapError[int](func(err error) error { return err }) },
		"OnErrorComplete": func() stage.Stage[int, int] {
			return operators.OnErrorComplete[int](func(error) bool { return false })
		},
		"RecoverWith": func() stage.Stage[int, int] {
			return operators.RecoverWith(func(error) (stage.Source[int], bool) { return nil, false })
		},
	}
}

func TestRulesOfFailures(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for name, make := range ofFailures() {
		t.Run(name, func(t *testing.T) { stagetest.Rules(t, make, samples, stagetest.Want(samples...)) })
	}
	t.Run("OnErrorComplete that completes", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return operators.OnErrorComplete[int](func(error) bool { return true })
		}, samples, stagetest.Recovers())
	})
}

func TestMistakesOfFailures(t *testing.T) {
	for _, err := range []error{
		metaErr(operators.WrapError[int](nil)), metaErr(operators.OnErrorComplete[int](nil)), metaErr(operators.RecoverWith[int](nil)),
	} {
		if err == nil || err.Error() != "function must not be nil" {
			t.Errorf("got %v", err)
		}
	}
}

func TestWrapError(t *testing.T) {
	mine := errors.New("mine")
	for name, c := range map[string]struct {
		f    func(error) error
		want string
	}{
		"wraps":    {func(err error) error { return fmt.Errorf("loading: %w", err) }, `weir: stage "parse": tracked: record 14: loading: EOF`},
		"replaces": {func(error) error { return mine }, `weir: stage "parse": tracked: record 14: mine`},
		"leaves":   {func(error) error { return nil }, `weir: stage "parse": tracked: record 14: EOF`},
	} {
		for _, window := range []int{1, 7, 256} {
			var l ledger
			got, err := collect(t, failsAt(&l, 100, 13).Via(operators.WrapError[int](c.f)), window)
			var at *stage.Error
			if err == nil || err.Error() != c.want || !errors.Is(err, io.EOF) || !errors.As(err, &at) || at.Record != 14 {
				t.Errorf("%s: got error %v", name, err)
			}
			if name == "replaces" && !errors.Is(err, mine) {
				t.Errorf("%v is not the new error", err)
			}
			if !slices.Equal(got, same(upTo(13))) {
				t.Errorf("got %v", got)
			}
			l.check(t, 13)
		}
	}
}

func TestOnErrorComplete(t *testing.T) {
	for _, window := range []int{1, 7, 256} {
		for _, match := range []bool{true, false} {
			var l ledger
			var seen error
			f := failsAt(&l, 100, 13).Via(operators.OnErrorComplete[int](func(err error) bool { seen = err; return match }))
			got, err := collect(t, f, window)
			if !slices.Equal(got, same(upTo(13))) || (err == nil) != match || !errors.Is(seen, io.EOF) {
				t.Errorf("window %d, match %v: got %v, error %v, seen %v", window, match, got, err, seen)
			}
			l.check(t, 13)
		}
	}
}

// What is no failure of a stage is none of their business.
func TestFailuresLeavePanicsAndStops(t *testing.T) {
	called := func(err error) { t.Errorf("called with %v", err) }
	ops := map[string]stage.Stage[int, int]{
		"WrapError":       operators.WrapError[int](func(err error) error { called(err); return err }),
		"OnErrorComplete": operators.OnErrorComplete[int](func(err error) bool { called(err); return true }),
		"RecoverWith":     operators.RecoverWith(func(err error) (stage.Source[int], bool) { called(err); return nil, false }),
	}
	for name, op := range ops {
		var panicked *stage.PanicError
		f := flow.From(source.Range(0, 10)).Via(operators.Peek(func(int) { panic("oh") })).Via(op)
		if _, err := flow.Collect(t.Context(), f); !errors.As(err, &panicked) {
			t.Errorf("%s: got %v", name, err)
		}
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			f := flow.From(stagetest.NewSource[int](t)).Via(op)
			if _, err := flow.Collect(ctx, f); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: got %v", name, err)
			}
		})
	}
}

func TestRecoverWith(t *testing.T) {
	for _, window := range []int{1, 2, 7, 256} {
		var l, other ledger
		f := failsAt(&l, 100, 13).Via(operators.RecoverWith(func(err error) (stage.Source[int], bool) {
			var at *stage.Error
			if !errors.As(err, &at) || at.Stage != "parse" || at.Record != 14 {
				t.Errorf("the function got %v", err)
			}
			return stage.NewSource(stage.Meta{Kind: "other"}, func(*stage.Runtime) demand.Upstream[int] {
				return &trackedSource{ledger: &other, items: upTo(9), per: 2, end: demand.ErrCompleted}
			}), true
		}))
		r, got, err := start(t, f, window)
		if err != nil {
			t.Fatal(err)
		}
		if err = r.Wait(); err != nil || !slices.Equal(*got, append(same(upTo(13)), same(upTo(9))...)) {
			t.Errorf("window %d: got %v, error %v", window, *got, err)
		}
		l.check(t, 13)
		other.check(t, 9)
		for name, out := range map[string]int64{"recoverwith": 22, "other": 9} {
			if s, ok := r.Snapshot().Stage(name); !ok || s.Out != out {
				t.Errorf("stage %q: %+v", name, s)
			}
		}
	}
}

// A source that blocks does not hold up a batch that is bounded by time.
func TestRecoverWithABlockingSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		slow := source.Func(func(ctx context.Context) (int, error) {
			if calls++; calls > 2 {
				<-ctx.Done()
				return 0, ctx.Err()
			}
			return calls, nil
		})
		var l ledger
		f := failsAt(&l, 3, 2).Via(operators.RecoverWith(func(error) (stage.Source[int], bool) { return slow, true }))
		r, got, err := start(t, flow.Via(f, operators.Batch[int](100, time.Second)), 8)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if err := r.Drain(t.Context()); err != nil || len(*got) != 1 || (*got)[0].text != "[0 1 1 2]" {
			t.Errorf("got %v, error %v", *got, err)
		}
	})
}

func TestRecoverWithWhatCanNotGoOn(t *testing.T) {
	ch := source.Chan(make(chan int))
	if err := ch.Meta().Once.Claim(); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		s    stage.Source[int]
		want error
	}{
		"nil":    {nil, io.EOF},
		"used":   {ch, stage.ErrUsed},
		"wrong":  {source.Func[int](nil), io.EOF},
		"broken": {source.Func(func(context.Context) (int, error) { return 0, broken }), broken},
	} {
		var l ledger
		got, err := collect(t, failsAt(&l, 10, 5).Via(operators.RecoverWith(func(error) (stage.Source[int], bool) { return c.s, true })), 4)
		if len(got) != 5 || !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, error %v", name, got, err)
		}
		l.check(t, 5)
	}
}
