package operators_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

type event = operators.Event[int]

var cmpErrors = cmp.Comparer(func(a, b error) bool { return a == b })

func TestMaterialize(t *testing.T) {
	for _, window := range []int{1, 7, 1024} {
		var l ledger
		got, err := collect(t, flow.Via(l.tracked(upTo(3), 2, demand.ErrCompleted), operators.Materialize[int]()), window)
		if err != nil || fmt.Sprint(got) != "[next 0(1) next 1(2) next 2(3) completed(0)]" {
			t.Errorf("got %v, error %v", got, err)
		}
		l.check(t, 3)
		var m ledger
		got, err = collect(t, flow.Via(failsAt(&m, 100, 2), operators.Materialize[int]()), window)
		if err != nil || fmt.Sprint(got) != `[next 0(1) next 1(2) failed: weir: stage "parse": tracked: record 3: EOF(0)]` {
			t.Errorf("got %v, error %v", got, err)
		}
		m.once(t, 2)
	}
}

// The event of an error has all that the error had.
func TestMaterializeKeepsTheError(t *testing.T) {
	var l ledger
	got, err := flow.Collect(t.Context(), flow.Via(failsAt(&l, 10, 0), operators.Materialize[int]()))
	var at *stage.Error
	if err != nil || len(got) != 1 || got[0].Kind != operators.EventFailed || !errors.Is(got[0].Err, io.EOF) || !errors.As(got[0].Err, &at) || at.Stage != "parse" {
		t.Errorf("got %v, error %v", got, err)
	}
}

// The end of the run and a panic are no events.
func TestMaterializeLeavesTheRunAlone(t *testing.T) {
	boom := errors.New("boom")
	f := flow.Via(flow.From(source.Range(0, 10)), operators.Map(func(v int) int {
		if v == 3 {
			panic(boom)
		}
		return v
	}))
	_, err := flow.Collect(t.Context(), flow.Via(f, operators.Materialize[int]()))
	var panicked *stage.PanicError
	if !errors.As(err, &panicked) {
		t.Errorf("a panic became %v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := 0
	g := flow.Via(flow.From(source.Range(0, 1<<40)), operators.Materialize[int]())
	_, err = flow.Fold(ctx, g, 0, func(a int, e event) int {
		if e.Kind != operators.EventNext {
			ended++
		}
		if e.Value == 1000 {
			cancel(boom)
		}
		return a
	})
	if !errors.Is(err, boom) || ended != 0 {
		t.Errorf("a stop became %d events and error %v", ended, err)
	}
}

func TestDematerialize(t *testing.T) {
	next := func(v int) event { return event{Value: v} }
	end := event{Kind: operators.EventCompleted}
	for what, c := range map[string]struct {
		in   []event
		want string
	}{
		"an end":               {[]event{next(1), next(2), end}, "[1 2] <nil>"},
		"an end and more":      {[]event{next(1), end, next(2), end}, "[1] <nil>"},
		"an end at once":       {[]event{end, next(1)}, "[] <nil>"},
		"no end":               {[]event{next(1), next(2)}, "[1 2] <nil>"},
		"nothing":              {nil, "[] <nil>"},
		"a failure":            {[]event{next(1), {Kind: operators.EventFailed, Err: io.EOF}, next(2)}, `[1] weir: stage "dematerialize": EOF`},
		"a failure at once":    {[]event{{Kind: operators.EventFailed, Err: io.EOF}}, `[] weir: stage "dematerialize": EOF`},
		"with its place":       {[]event{{Kind: operators.EventFailed, Err: &stage.Error{Stage: "parse", Err: io.EOF}}}, `[] weir: stage "parse": EOF`},
		"without an error":     {[]event{next(1), {Kind: operators.EventFailed}}, `[1] weir: stage "dematerialize": the event of a failure has no error`},
		"an end as a failure":  {[]event{next(1), {Kind: operators.EventFailed, Err: demand.ErrCompleted}}, `[1] weir: stage "dematerialize": event: weir: completed`},
		"a stop as a failure":  {[]event{{Kind: operators.EventFailed, Err: demand.ErrStopped}}, `[] weir: stage "dematerialize": event: ` + demand.ErrStopped.Error()},
		"a kind there is not":  {[]event{next(1), {Kind: 9}}, `[1] weir: stage "dematerialize": there is no event of kind 9`},
		"and it comes back so": {[]event{next(1), {Kind: operators.EventFailed, Err: errSource}}, `[1] weir: stage "dematerialize": the source has failed`},
	} {
		for _, window := range []int{1, 7} {
			var got []int
			f := flow.Via(flow.From(source.Slice(c.in)), operators.Dematerialize[int]())
			arrived, err := collect(t, f, window)
			for _, a := range arrived {
				var v int
				_, _ = fmt.Sscan(a.text, &v)
				got = append(got, v)
			}
			if s := fmt.Sprint(got, " ", err); s != c.want {
				t.Errorf("%s, window %d: got %s, want %s", what, window, s, c.want)
			}
		}
	}
}

// What stands behind the event of an end is given up and counted; the event
// itself, and what stands before it, is done.
func TestDematerializeKeepsAccount(t *testing.T) {
	for _, c := range []struct {
		kind      operators.EventKind
		handled   int
		discarded int64
	}{{operators.EventCompleted, 3, 5}, {operators.EventFailed, 2, 6}} {
		var l ledger
		f := flow.Via(l.tracked(upTo(100), 8, demand.ErrCompleted), operators.Map(func(v int) event {
			if v == 2 {
				return event{Kind: c.kind, Err: io.EOF}
			}
			return event{Value: v}
		}))
		r, got, err := start(t, flow.Via(f, operators.Dematerialize[int](stage.Name("d"))), 8)
		if err != nil {
			t.Fatal(err)
		}
		err = r.Wait()
		if errors.Is(err, io.EOF) != (c.kind == operators.EventFailed) || fmt.Sprint(*got) != "[0(1) 1(2)]" {
			t.Errorf("%s: got %v, error %v", c.kind, *got, err)
		}
		if s, _ := r.Snapshot().Stage("d"); s.In != 8 || s.Out != 2 || s.Discarded != c.discarded {
			t.Errorf("%s: in %d, out %d, discarded %d", c.kind, s.In, s.Out, s.Discarded)
		}
		l.once(t, c.handled)
	}
	// Nothing behind the end: all is done.
	var l ledger
	f := flow.Via(l.tracked(upTo(3), 8, demand.ErrCompleted), operators.Map(func(v int) event {
		return event{Kind: operators.EventKind(v / 2), Value: v}
	}))
	if got, err := collect(t, flow.Via(f, operators.Dematerialize[int]()), 8); err != nil || fmt.Sprint(got) != "[0(1) 1(2)]" {
		t.Errorf("got %v, error %v", got, err)
	}
	l.check(t, 3)
}

// There and back again nothing has changed, an error neither.
func TestMaterializeAndBack(t *testing.T) {
	for _, window := range []int{1, 7, 1024} {
		var l ledger
		f := flow.Via(flow.Via(failsAt(&l, 100, 13), operators.Materialize[int]()), operators.Dematerialize[int]())
		got, err := collect(t, f, window)
		if err == nil || err.Error() != `weir: stage "parse": tracked: record 14: EOF` || len(got) != 13 || got[12].record != 13 {
			t.Errorf("got %v, error %v", got, err)
		}
		l.once(t, 13)
	}
}

func TestEventStrings(t *testing.T) {
	for want, v := range map[string]fmt.Stringer{
		"next 0": event{}, "completed": event{Kind: operators.EventCompleted}, "failed: EOF": event{Kind: operators.EventFailed, Err: io.EOF},
		"EventKind(7)": operators.EventKind(7), "failed": operators.EventFailed, "next": operators.EventNext,
	} {
		if v.String() != want {
			t.Errorf("got %q, want %q", v, want)
		}
	}
}

func TestRulesOfMaterialize(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	var events []event
	for _, v := range samples {
		events = append(events, event{Value: v})
	}
	compare := stagetest.Compare(cmpErrors)
	t.Run("Materialize", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, event] { return operators.Materialize[int]() }, samples,
			stagetest.Want(append(events[:12:12], event{Kind: operators.EventCompleted})...), stagetest.Recovers(), stagetest.ReleasesEarly(), compare)
	})
	t.Run("Dematerialize", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[event, int] { return operators.Dematerialize[int]() }, events, stagetest.Want(samples...), compare)
	})
	t.Run("Dematerialize with an end", func(t *testing.T) {
		ended := append(append(events[:5:5], event{Kind: operators.EventCompleted, Value: 99}), events[5:]...)
		stagetest.Rules(t, func() stage.Stage[event, int] { return operators.Dematerialize[int]() }, ended, stagetest.Want(samples[:5]...), compare)
	})
	t.Run("both", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return stage.Compose(operators.Materialize[int](), operators.Dematerialize[int]())
		}, samples, stagetest.Want(samples...))
	})
}
