package docs_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// evens is what the page tests.
func evens(f flow.Flow[int]) flow.Flow[int] {
	return f.Filter(func(v int) bool { return v%2 == 0 })
}

func TestEvens(t *testing.T) {
	got, err := flow.Collect(t.Context(), evens(flow.From(source.Slice([]int{1, 2, 3, 4}))))
	if want := []int{2, 4}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestWhateverTheWindow(t *testing.T) {
	for _, n := range []int{1, 2, 7, 1024} {
		var got []int
		p := evens(flow.From(source.Range(0, 3000))).To(sink.Slice(&got, stage.Window(n, n)))
		if err := p.Run(t.Context()); err != nil || len(got) != 1500 {
			t.Errorf("window %d: got %d elements, %v", n, len(got), err)
		}
	}
}

var errBoom = errors.New("boom")

func TestTheErrorComesBehindTheElements(t *testing.T) {
	fail := operators.MapErr(func(v int) (int, error) {
		if v == 3 {
			return 0, errBoom
		}
		return v, nil
	})
	got, err := flow.Collect(t.Context(), flow.Via(flow.From(source.Range(0, 10)), fail))
	if !errors.Is(err, errBoom) || !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestTheSourceFollowsTheSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := sink.ForEach(func(int) error { time.Sleep(time.Second); return nil })
		run, err := flow.From(source.Range(0, 1<<62, stage.Name("numbers"))).To(slow).Start(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		numbers, _ := run.Snapshot().Stage("numbers")
		if numbers.Out > 3601 {
			t.Errorf("in an hour at one a second the source gave %d elements", numbers.Out)
		}
		if err := run.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := stagetest.NewSource[int](t)
		out := stagetest.NewSink[int](t)
		run, err := evens(flow.From(in)).To(out).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		in.ExpectRequest()
		in.Send(1, 2)
		out.ExpectNone(time.Minute)     // the sink has not asked for it,
		in.ExpectNoRequest(time.Minute) // so nobody asks for more

		out.Request(10)
		out.Expect(2)
		in.Send(3, 4)
		in.Complete()
		out.Expect(4)
		out.ExpectComplete()
		if err := run.Wait(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestMarbles(t *testing.T) {
	pairs := func() stage.Stage[string, []string] { return operators.Batch[string](2, 3*time.Millisecond) }
	stagetest.Marbles(t, pairs,
		"a-b-c------|",
		"--x----y---|",
		stagetest.Values(map[string][]string{"x": {"a", "b"}, "y": {"c"}}))
}

func TestNothingIsCommittedTooEarly(t *testing.T) {
	log := stagetest.NewCommitting(t, []int{0, 1, 2, 3, 4, 5}, 2)
	store := sink.ForEach(func(v int) error {
		if v == 4 {
			return errBoom
		}
		return nil
	})
	if err := evens(flow.From(log)).To(store).Run(t.Context()); !errors.Is(err, errBoom) {
		t.Fatal(err)
	}
	log.ExpectCommitted(4) // the reads 0, 1 and 2, 3; the third one failed
}

func TestTextsKeepTheRules(t *testing.T) {
	stagetest.Rules(t, Positive, []int{-1, 0, 1, 2, 3, -4, 5, 6}, stagetest.Want("+1", "+2", "+3", "+5", "+6"))
}
