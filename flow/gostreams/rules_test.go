package gostreams_test

import (
	"errors"
	"testing"
	"time"

	streams "github.com/reugn/go-streams"
	theirs "github.com/reugn/go-streams/flow"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/flow/gostreams"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// The rules of package demand. Flow is Each without the account of lineage, which
// it lets go of early, as it says.
func TestRules(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	pass := flows(theirs.NewPassThrough)
	t.Run("Each", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] { return gostreams.Each[int, int](pass) }, samples, stagetest.Want(samples...))
	})
	t.Run("Each of a map", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return gostreams.Each[int, int](flows(func() *theirs.Map[int, int] { return theirs.NewMap(times10, 1) }), stage.Capacity(1), stage.Window(1, 1))
		}, samples, stagetest.Want(mapped(samples, times10)...))
	})
}

// Through Each, a source learns what became of its elements: it commits none that
// the sink has not handled.
func TestEachKeepsLineage(t *testing.T) {
	pass := flows(theirs.NewPassThrough)
	src := stagetest.NewCommitting(t, upTo(100), 7)
	fails := sink.ForEach(func(v int) error {
		if v == 50 {
			return errUp
		}
		return nil
	})
	err := flow.From(src).Via(gostreams.Each[int, int](pass)).Via(gostreams.Each[int, int](pass)).To(fails).With(quiet).Run(t.Context())
	if !errors.Is(err, errUp) {
		t.Error(err)
	}
	src.ExpectSettled()
	if n := src.Committed(); n > 50 {
		t.Errorf("committed %d, handled 50", n)
	}
	src = stagetest.NewCommitting(t, upTo(100), 7)
	if err := flow.From(src).Via(gostreams.Each[int, int](pass)).To(sink.Discard[int]()).Run(t.Context()); err != nil {
		t.Error(err)
	}
	src.ExpectCommitted(100)
	src = stagetest.NewCommitting(t, upTo(100), 7)
	if err := flow.From(src).Via(gostreams.Each[int, int](pass)).Take(30).To(sink.Discard[int]()).Run(t.Context()); err != nil {
		t.Error(err)
	}
	src.ExpectSettled()
	if n := src.Committed(); n > 30 {
		t.Errorf("committed %d of 30", n)
	}
}

func TestEachCounts(t *testing.T) {
	for name, f := range map[string]func() streams.Flow{
		"fewer": flows(func() *theirs.Filter[int] { return theirs.NewFilter(odd, 1) }),
		"more":  flows(func() *theirs.FlatMap[int, int] { return theirs.NewFlatMap(twice, 1) }),
	} {
		src := stagetest.NewCommitting(t, upTo(10), 3)
		err := flow.From(src).Via(gostreams.Each[int, int](f, stage.Name("each"))).To(sink.Discard[int]()).With(quiet).Run(t.Context())
		wantErr[*stage.Error](t, err, "each")
		if !errors.Is(err, gostreams.ErrCount) {
			t.Errorf("%s: %v", name, err)
		}
		src.ExpectSettled()
	}
}

// A stage that has something else to do meanwhile works behind theirs.
func TestTheirsAreHeededWithPatience(t *testing.T) {
	slow := gostreams.Flow[int, int](flows(func() *theirs.Map[int, int] {
		return theirs.NewMap(func(v int) int { time.Sleep(5 * time.Millisecond); return v }, 1)
	}))
	f := flow.From(source.Range(0, 8)).Via(slow)
	got, err := run(t, flow.Via(f, operators.Batch[int](100, time.Millisecond)))
	if err != nil || len(got) != 8 {
		t.Errorf("got %v, %v", got, err)
	}
	got, err = run(t, flow.Via(flow.From(gostreams.Source[int](func(tie *gostreams.Tie) (streams.Outlet, error) {
		out := make(chan any)
		go func() {
			defer close(out)
			for i := range 8 {
				time.Sleep(5 * time.Millisecond)
				out <- i
			}
		}()
		return outlet(out), nil
	})), operators.Batch[int](100, time.Millisecond)))
	if err != nil || len(got) != 8 {
		t.Errorf("got %v, %v", got, err)
	}
}

// An outlet is all that a source of theirs has to be.
type outlet chan any

func (o outlet) Out() <-chan any { return o }
