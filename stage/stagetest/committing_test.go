package stagetest_test

import (
	"testing"
	"testing/synctest"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestCommittingCommitsAPrefix(t *testing.T) {
	for _, c := range []struct {
		name string
		via  stage.Stage[int, int]
		opts []stage.Option
		want int
	}{
		{"all", operators.Map(func(v int) int { return v }), nil, 12},
		{"dropped on purpose", operators.Filter(func(v int) bool { return v%5 == 0 }), nil, 12},
		{"taken in part", operators.Take[int](7), nil, 6},
		{"one at a time", operators.Async[int](1), []stage.Option{stage.Window(1, 1)}, 12},
		{"failed", operators.MapErr(func(v int) (int, error) {
			if v == 9 {
				return 0, errBroken
			}
			return v, nil
		}), nil, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := stagetest.NewCommitting(t, samples, 3)
			err := flow.Via(flow.From(src), c.via).To(sink.Discard[int](c.opts...)).Run(t.Context())
			if err != nil && c.name != "failed" {
				t.Error(err)
			}
			src.ExpectCommitted(c.want)
		})
	}
}

// A commit does not pass a read that is open, although later ones are done.
func TestCommittingWaitsForTheFirstRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := stagetest.NewCommitting(t, []int{0, 1, 2, 3, 4, 5}, 2, stage.Name("log"))
		first, rest := make(chan struct{}), 0
		f := flow.Partition(flow.From(src), 2, func(v int) int { return min(v/2, 1) })
		hold := sink.ForEach(func(int) error { <-first; return nil })
		pass := sink.ForEach(func(int) error { rest++; return nil })
		r, err := flow.Start(t.Context(), f[0].To(hold), f[1].To(pass))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		done := 0
		for _, read := range src.Reads() {
			done += read.Settled
		}
		if done != 2 || rest != 4 || src.Committed() != 0 {
			t.Errorf("%d reads are done, %d elements handled, %d committed; the first read is open", done, rest, src.Committed())
		}
		close(first)
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
		src.ExpectCommitted(6)
	})
}

func TestCommittingNumbersRecords(t *testing.T) {
	var places []demand.Position
	var letters []stage.Letter
	src := stagetest.NewCommitting(t, samples, 5, stage.Name("log"))
	dead := stage.DeadLetter(sink.Slice(&letters))
	refuse := operators.MapErr(func(v int) (int, error) { return 0, errBroken }, stage.OnError(dead))
	if err := flow.Via(flow.From(src), refuse).To(sink.Discard[int]()).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, l := range letters {
		places = append(places, demand.Position{Source: l.Source, Record: l.Record})
		if want := (demand.Position{Source: "log", Record: int64(i + 1)}); places[i] != want || l.Element != samples[i] {
			t.Errorf("letter %d is of %+v, want %+v", i, places[i], want)
		}
	}
	if len(places) != len(samples) {
		t.Errorf("%d letters", len(places))
	}
	src.ExpectCommitted(len(samples))
}

func TestCommittingFindsAForgottenReference(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leak := stage.New("leak", func(_ *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] { return leaky{up} })
		rec := &recorder{TB: t}
		src := stagetest.NewCommitting(rec, samples, 4)
		if err := flow.From(src).Via(leak).To(sink.Discard[int](stage.Window(4, 4))).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		fails(t, rec, src.ExpectSettled, "read 0, of 4 elements from 0 on, has settled 0 times")

		good := stagetest.NewCommitting(rec, samples, 4)
		fails(t, rec, good.ExpectSettled, "the run has not ended within")
		if err := flow.From(good).To(sink.Discard[int]()).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		fails(t, rec, func() { good.ExpectCommitted(11) }, "12 elements are committed, want 11")
	})
}

type leaky struct{ demand.Upstream[int] }

func (l leaky) Pull(dst *demand.Chunk[int]) error {
	err := l.Upstream.Pull(dst)
	dst.Lineage().Fork()
	return err
}
