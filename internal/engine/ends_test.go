package engine_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestSinkFlushes(t *testing.T) {
	t.Run("every so many elements, and at the end", func(t *testing.T) {
		src := stagetest.NewCommitting(t, numbers(0, 100), 7)
		k := newKeeps()
		if err := flow.From(src).To(k.sink(30, stage.Window(10, 10))).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(k.flushed, numbers(0, 100)) || k.flushes < 3 || k.flushes > 5 || !slices.Equal(k.closed, []error{nil}) {
			t.Errorf("flushed %d in %d flushes, closed with %v", len(k.flushed), k.flushes, k.closed)
		}
		src.ExpectCommitted(100)
	})
	t.Run("when nothing more is waiting", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			src, k := stagetest.NewSource[int](t), newKeeps()
			r, err := flow.From(src).To(k.sink(1000)).Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for n := 1; n <= 3; n++ {
				src.Send(n)
				synctest.Wait()
				if len(k.flushed) != n {
					t.Errorf("%d of %d are flushed, and the source is quiet", len(k.flushed), n)
				}
			}
			src.Complete()
			if err := r.Wait(); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("an element handled is one flushed", func(t *testing.T) {
		src := stagetest.NewCommitting(t, numbers(0, 100), 10)
		k := newKeeps()
		k.flushErr = errBroken
		err := flow.From(src).To(k.sink(50, stage.Name("store"))).Run(t.Context())
		var at *stage.Error
		if !errors.As(err, &at) || at.Stage != "store" || !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
		src.ExpectCommitted(0)
		if len(k.closed) != 1 || !errors.Is(k.closed[0], errBroken) {
			t.Errorf("closed with %v", k.closed)
		}
	})
	t.Run("what is before an error from above", func(t *testing.T) {
		src := stagetest.NewCommitting(t, numbers(0, 100), 10)
		k := newKeeps()
		f := flow.Via(flow.From(src), operators.MapErr(func(v int) (int, error) {
			if v == 57 {
				return 0, errBroken
			}
			return v, nil
		}))
		if err := f.To(k.sink(1000)).Run(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
		if !slices.Equal(k.flushed, numbers(0, 57)) {
			t.Errorf("flushed %v", k.flushed)
		}
		src.ExpectCommitted(50)
	})
	t.Run("not what is before an error of its own", func(t *testing.T) {
		src := stagetest.NewCommitting(t, numbers(0, 100), 10)
		k := newKeeps()
		k.fail = 57
		if err := flow.From(src).To(k.sink(1000)).Run(t.Context()); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
		src.ExpectCommitted(len(k.flushed) / 10 * 10)
	})
	t.Run("not after a hard stop", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			src, k := stagetest.NewSource[int](t), newKeeps()
			slow := operators.Map(func(v int) int { time.Sleep(time.Second); return v })
			r, err := flow.Via(flow.From(src), slow).To(k.sink(1000)).Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			src.Send(1)
			if err := r.Stop(errBroken); err != errBroken || k.flushes > 0 || len(k.closed) != 1 || k.closed[0] != errBroken {
				t.Errorf("stopped with %v, %d flushes, closed with %v", err, k.flushes, k.closed)
			}
		})
	})
}

// Drain ends reading; what was read is delivered, through links, workers,
// batches and fan-out, and is committed.
func TestDrainCommitsWhatWasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := stagetest.NewCommitting(t, numbers(0, 1<<20), 10)
		work := operators.MapErr(func(v int) (int, error) { time.Sleep(time.Millisecond); return v, nil }, stage.Workers(3))
		two := flow.Broadcast(flow.Via(flow.From(src).Via(operators.Async[int](64)), work), 2, stage.Capacity(16))
		var got [2][]int
		batched := flow.Via(flow.Via(two[1], operators.Batch[int](7, time.Minute)), operators.Unbatch[int]())
		r, err := flow.Start(t.Context(), two[0].To(sink.Slice(&got[0])), batched.To(sink.Slice(&got[1])))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := r.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		n := len(got[0])
		if n == 0 || !slices.Equal(got[0], numbers(0, n)) || !slices.Equal(got[1], numbers(0, n)) {
			t.Errorf("the branches got %d and %d", n, len(got[1]))
		}
		src.ExpectSettled()
		// A read may be drained in the middle: what was given of it was delivered.
		if c := src.Committed(); c > n || c < n-10 {
			t.Errorf("%d are committed of %d", c, n)
		}
	})
}

// A second drain, a drain behind the end and a stop while draining are fine.
func TestDrainAndStopInAnyOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, snk := stagetest.NewSource[int](t), stagetest.NewSink[int](t)
		r, err := flow.From(src).Via(operators.Async[int](4)).To(snk).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		src.Send(1, 2)
		drained := make(chan error, 2)
		for range 2 {
			go func() { drained <- r.Drain(t.Context()) }()
		}
		time.Sleep(time.Minute)
		if len(drained) > 0 {
			t.Error("the drain has ended before what was read was taken")
		}
		if err := r.Stop(errBroken); err != errBroken {
			t.Errorf("stopped with %v", err)
		}
		for range 2 {
			if err := <-drained; err != errBroken {
				t.Errorf("the drain ended with %v", err)
			}
		}
		if err := r.Drain(t.Context()); err != errBroken {
			t.Errorf("a drain behind the end: %v", err)
		}
		if err := r.Stop(nil); err != errBroken {
			t.Errorf("a stop behind the end: %v", err)
		}
	})
}

// What is pulled without patience, and answers nothing for ever, is a mistake of
// the stage, which is named.
func TestStageThatAnswersNothing(t *testing.T) {
	lazy := stage.New("lazy", func(_ *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] { return silent{up} })
	err := flow.From(source.Range(0, 3)).Via(lazy).To(sink.Discard[int]()).Run(t.Context())
	var at *stage.Error
	if !errors.As(err, &at) || at.Stage != "lazy" {
		t.Errorf("got %v", err)
	}
}

type silent struct{ demand.Upstream[int] }

func (silent) Pull(*demand.Chunk[int]) error { return nil }
