package operators_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestRulesOfMonitors(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for name, make := range map[string]func() stage.Stage[int, int]{
		"Monitor":      func() stage.Stage[int, int] { return operators.Monitor[int](operators.Hooks{}) },
		"DoOnComplete": func() stage.Stage[int, int] { return operators.DoOnComplete[int](func() {}) },
		"DoOnError":    func() stage.Stage[int, int] { return operators.DoOnError[int](func(error) {}) },
		"DoOnCancel":   func() stage.Stage[int, int] { return operators.DoOnCancel[int](func(error) {}) },
		"Log":          func() stage.Stage[int, int] { return operators.Log[int](slog.New(slog.DiscardHandler), slog.LevelInfo) },
	} {
		t.Run(name, func(t *testing.T) { stagetest.Rules(t, make, samples, stagetest.Want(samples...)) })
	}
	for _, s := range []stage.Stage[int, int]{operators.DoOnComplete[int](nil), operators.DoOnError[int](nil), operators.DoOnCancel[int](nil)} {
		if err := metaErr(s); err == nil || err.Error() != "function must not be nil" {
			t.Errorf("got %v", err)
		}
	}
}

// seen notes which hooks were called.
type seen struct {
	elements          int
	completed, failed int
	cancelled         []error
}

func (s *seen) hooks() operators.Hooks {
	return operators.Hooks{
		Elements: func(n int) { s.elements += n },
		Complete: func() { s.completed++ },
		Error:    func(error) { s.failed++ },
		Cancel:   func(cause error) { s.cancelled = append(s.cancelled, cause) },
	}
}

func TestMonitor(t *testing.T) {
	for _, window := range []int{1, 7, 256} {
		var l, m, n, o ledger
		var s seen
		got, err := collect(t, l.tracked(upTo(20), 4, demand.ErrCompleted).Via(operators.Monitor[int](s.hooks())), window)
		if err != nil || !slices.Equal(got, same(upTo(20))) || s.elements != 20 || s.completed != 1 || s.failed != 0 || s.cancelled != nil {
			t.Errorf("completed: %+v, error %v", s, err)
		}
		l.check(t, 20)
		s = seen{}
		_, err = collect(t, failsAt(&m, 20, 13).Via(operators.Monitor[int](s.hooks())), window)
		if err == nil || s.elements != 13 || s.completed != 0 || s.failed != 1 || s.cancelled != nil {
			t.Errorf("failed: %+v, error %v", s, err)
		}
		m.check(t, 13)
		s = seen{}
		_, err = collect(t, n.tracked(upTo(20), 4, demand.ErrCompleted).Via(operators.Monitor[int](s.hooks())).Via(operators.Take[int](5)), window)
		if err != nil || s.completed != 0 || s.failed != 0 || len(s.cancelled) != 1 || s.cancelled[0] != demand.ErrEnough {
			t.Errorf("cancelled: %+v, error %v", s, err)
		}
		s = seen{}
		f := flow.Via(o.tracked(upTo(20), 4, demand.ErrCompleted), operators.Map(func(int) int { panic("oh") }, stage.Name("wild")))
		_, err = collect(t, f.Via(operators.Async[int](4)).Via(operators.Monitor[int](s.hooks())), window)
		if err == nil || s.failed+len(s.cancelled) != 1 {
			t.Errorf("panicked: %+v, error %v", s, err)
		}
	}
}

func TestDoOn(t *testing.T) {
	var l ledger
	completed, failed, cancelled := 0, error(nil), error(nil)
	all := func(f flow.Flow[int]) flow.Flow[int] {
		return f.Via(operators.DoOnComplete[int](func() { completed++ })).
			Via(operators.DoOnError[int](func(err error) { failed = err })).
			Via(operators.DoOnCancel[int](func(err error) { cancelled = err }))
	}
	_, err := collect(t, all(failsAt(&l, 9, 5)), 4)
	var at *stage.Error
	if err == nil || completed != 0 || !errors.As(failed, &at) || at.Stage != "parse" || cancelled != nil {
		t.Errorf("error: completed %d, failed %v, cancelled %v", completed, failed, cancelled)
	}
	failed = nil
	if _, err = collect(t, all(failsAt(&l, 9, 99)), 4); err != nil || completed != 1 || failed != nil || cancelled != nil {
		t.Errorf("end: completed %d, failed %v, cancelled %v", completed, failed, cancelled)
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := flow.Collect(ctx, all(flow.From(stagetest.NewSource[int](t))))
		if completed != 1 || failed != nil || !errors.Is(cancelled, context.DeadlineExceeded) {
			t.Errorf("stop: completed %d, failed %v, cancelled %v, error %v", completed, failed, cancelled, err)
		}
	})
}

func TestLog(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, nil))
	for want, f := range map[string]func(*ledger) flow.Flow[int]{
		"level=WARN msg=completed stage=here elements=20": func(l *ledger) flow.Flow[int] {
			return failsAt(l, 20, 99).Via(operators.Log[int](logger, slog.LevelWarn, stage.Name("here")))
		},
		`level=ERROR msg=failed stage=log error="weir: stage \"parse\": tracked: record 14: EOF" elements=13`: func(l *ledger) flow.Flow[int] {
			return failsAt(l, 20, 13).Via(operators.Log[int](logger, slog.LevelInfo))
		},
		`level=INFO msg=cancelled stage=log cause="weir: enough was taken" elements=3`: func(l *ledger) flow.Flow[int] {
			return failsAt(l, 20, 13).Via(operators.Log[int](logger, slog.LevelInfo)).Via(operators.Take[int](3))
		},
	} {
		var l ledger
		out.Reset()
		_, _ = collect(t, f(&l), 7)
		if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
