package flow_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func oddNumber(v int) bool { return v%2 == 1 }

func TestDivertTo(t *testing.T) {
	for _, n := range []int{1, 1024} {
		var odds []int
		f := flow.From(source.Range(0, 1000)).DivertTo(sink.Slice(&odds), oddNumber, stage.Window(n, n))
		even, err := flow.Collect(t.Context(), f)
		if err != nil || len(even) != 500 || len(odds) != 500 {
			t.Fatalf("%d even and %d odd, error %v", len(even), len(odds), err)
		}
		if slices.ContainsFunc(even, oddNumber) || !slices.IsSorted(even) || !slices.IsSorted(odds) || odds[0] != 1 {
			t.Error("the sides got what is not theirs, or out of order")
		}
	}
}

func TestDivertToSinkFails(t *testing.T) {
	boom := errors.New("boom")
	f := flow.From(source.Range(0, 1000)).DivertTo(sink.ForEach(func(int) error { return boom }), oddNumber)
	if _, err := flow.Collect(t.Context(), f); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
}

func TestDivertToBadArguments(t *testing.T) {
	for what, f := range map[string]flow.Flow[int]{
		"function": flow.From(source.Range(0, 9)).DivertTo(sink.Discard[int](), nil),
		"sink":     flow.From(source.Range(0, 9)).DivertTo(nil, oddNumber),
	} {
		_, err := flow.Collect(t.Context(), f)
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("without a %s: %v", what, err)
		}
	}
}

func TestWireTapGetsAll(t *testing.T) {
	var tapped []int
	got, err := flow.Collect(t.Context(), flow.From(source.Range(0, 100)).WireTap(sink.Slice(&tapped)))
	if err != nil || len(got) != 100 || !slices.Equal(got, tapped) {
		t.Fatalf("%d elements, the tap got %d, error %v", len(got), len(tapped), err)
	}
}

func TestWireTapIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 2000
		start := time.Now()
		seen, got, took := 0, 0, time.Duration(0)
		r, err := flow.From(source.Range(0, n)).
			WireTap(sink.ForEach(func(int) error { seen++; time.Sleep(time.Millisecond); return nil }), stage.Capacity(10)).
			To(sink.ForEach(func(int) error { got++; took = time.Since(start); return nil })).Start(t.Context())
		if err == nil {
			err = r.Wait()
		}
		tap, _ := r.Snapshot().Stage("wiretap/1")
		if lost := tap.Dropped[demand.ReasonSlowBranch]; err != nil || got != n || int64(seen)+lost != n || lost == 0 {
			t.Errorf("%d elements, the tap saw %d and lost %d, error %v", got, seen, lost, err)
		}
		if took > time.Second {
			t.Errorf("the flow took %s, as slow as its tap", took)
		}
	})
}

func TestWireTapFails(t *testing.T) {
	boom := errors.New("boom")
	for name, fail := range map[string]func(int) error{
		"error": func(int) error { return boom },
		"panic": func(int) error { panic(boom) },
	} {
		got := 0
		r, err := flow.From(source.Range(0, 10_000)).WireTap(sink.ForEach(fail)).
			To(sink.ForEach(func(int) error { got++; return nil })).Start(t.Context())
		if err == nil {
			err = r.Wait()
		}
		if err != nil || got != 10_000 {
			t.Errorf("%s: the flow got %d, error %v", name, got, err)
		}
		if d := r.Snapshot().Detached; len(d) != 1 || !strings.Contains(d[0].Error(), "boom") {
			t.Errorf("%s: reported %v", name, d)
		}
	}
}

// A tap does not keep an endless source going, and completes.
func TestWireTapOfAFlowThatHasEnough(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	seen := 0
	r, err := flow.From(source.Range(0, 1<<60)).
		WireTap(sink.ForEach(func(int) error { seen++; return nil })).Take(10).To(sink.Discard[int]()).Start(ctx)
	if err == nil {
		err = r.Wait()
	}
	if d := r.Snapshot().Detached; err != nil || len(d) != 0 || seen < 10 {
		t.Errorf("the tap saw %d, error %v, reported %v", seen, err, d)
	}
}

func TestWireTapTakesNoBranchOptions(t *testing.T) {
	f := flow.From(source.Range(0, 9)).WireTap(sink.Discard[int](), stage.Detach(0))
	if _, err := flow.Collect(t.Context(), f); err == nil || !strings.Contains(err.Error(), "wiretap") {
		t.Errorf("got %v", err)
	}
}

func TestUnzip(t *testing.T) {
	calls := 0
	f := flow.From(source.Range(0, 1000))
	a, b := flow.Unzip(f, func(v int) (int, string) { calls++; return v / 2, strings.Repeat("x", v%3) })
	got, err := flow.Collect(t.Context(), flow.Zip(a, b))
	if err != nil || len(got) != 1000 || calls != 1000 {
		t.Fatalf("%d pairs of %d calls, error %v", len(got), calls, err)
	}
	for v, p := range got {
		if p.First != v/2 || len(p.Second) != v%3 {
			t.Fatalf("element %d became %v", v, p)
		}
	}
	a, b = flow.Unzip[int, int, string](f, nil)
	if _, err := flow.Collect(t.Context(), flow.Zip(a, b)); err == nil || !strings.Contains(err.Error(), "unzip") {
		t.Errorf("without a function: %v", err)
	}
}
