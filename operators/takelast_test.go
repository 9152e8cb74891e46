package operators_test

import (
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

var lastSamples = []int{4, 0, 5, 6, 7, 1, 2, 9, 8, 3}

func TestLast(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.Last[int]() }, lastSamples, stagetest.Want(3))
}

func TestTakeLast(t *testing.T) {
	for _, n := range []int{1, 3, 9} { // with 10 the kit would take it for a stage that passes all on as it comes
		stagetest.Rules(t, func() stage.Stage[int, int] { return operators.TakeLast[int](n) }, lastSamples,
			stagetest.Want(lastSamples[10-n:]...))
	}
	for _, n := range []int{10, 1000} {
		got, err := flow.Collect(t.Context(), flow.From(source.Slice(lastSamples)).Via(operators.TakeLast[int](n)))
		if err != nil || !slices.Equal(got, lastSamples) {
			t.Errorf("the last %d: got %v, error %v", n, got, err)
		}
	}
	wantMistake(t, operators.TakeLast[int](0), "number of elements must be at least 1, is 0")
}

func TestSkipLast(t *testing.T) {
	for _, n := range []int{0, 1, 3, 10, 1000} {
		stagetest.Rules(t, func() stage.Stage[int, int] { return operators.SkipLast[int](n) }, lastSamples,
			stagetest.Want(lastSamples[:max(0, 10-n)]...))
	}
	wantMistake(t, operators.SkipLast[int](-1), "number of elements must not be negative, is -1")
}

// Elements that pass later keep the read and the record that they are of; what
// is held when the stream fails is given up.
func TestElementsHeldBackKeepAccount(t *testing.T) {
	record := func(from, to int) (all []arrival) {
		for _, v := range upTo(to)[from:] {
			all = append(all, arrival{text: string(rune('0'+v/10)) + string(rune('0'+v%10)), record: int64(v + 1)})
		}
		return all
	}
	for name, c := range map[string]struct {
		op       stage.Stage[int, int]
		from, to int // what comes of 50
		failed   int // elements out when the stream fails, which are those handled
		dropped  int // before them
	}{
		"TakeLast": {operators.TakeLast[int](7), 43, 50, 0, 43},
		"Last":     {operators.Last[int](), 49, 50, 0, 49},
		"SkipLast": {operators.SkipLast[int](7), 0, 43, 43, 0},
	} {
		digits := operators.Map(func(v int) string { return string(rune('0'+v/10)) + string(rune('0'+v%10)) })
		for _, window := range []int{1, 3, 256} {
			for _, per := range []int{1, 4, 1000} {
				var l ledger
				got, err := collect(t, flow.Via(l.tracked(upTo(50), per, demand.ErrCompleted).Via(c.op), digits), window)
				if want := record(c.from, c.to); err != nil || !slices.Equal(got, want) {
					t.Errorf("%s, window %d, reads of %d: got %v, want %v, error %v", name, window, per, got, want, err)
				}
				l.check(t, 50)

				l = ledger{}
				got, err = collect(t, flow.Via(l.tracked(upTo(50), per, errSource).Via(c.op), digits), window)
				if err == nil || len(got) != c.failed {
					t.Errorf("%s, window %d, reads of %d: before an error came %v, error %v", name, window, per, got, err)
				}
				l.check(t, c.failed+c.dropped)
			}
		}
	}
}
