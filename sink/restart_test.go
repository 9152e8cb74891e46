package sink_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// A shaky sink holds back what it is given until it is flushed, and loses that
// when it fails. Each call of Write and Flush fails if fails says so.
type shaky struct {
	flushes bool
	fails   func(call int) bool
	window  int
	calls   int
	opened  int
	closed  int
	stored  []int
	clock   []time.Duration // when it was opened
	begun   time.Time
}

func (s *shaky) sink() stage.Sink[int] {
	m := stage.Configure("Shaky", stage.TakesWindow, []stage.Option{stage.Window(1, max(s.window, 1))})
	m.Flushes, m.FlushEvery = s.flushes, 5
	s.begun = time.Now()
	return stage.NewSink(m, func(*stage.Runtime) stage.Writer[int] {
		s.opened++
		s.clock = append(s.clock, time.Since(s.begun))
		return &shakyWriter{s: s}
	})
}

type shakyWriter struct {
	s    *shaky
	held []int
	dead bool
}

var errShaky = errors.New("lost the connection")

func (w *shakyWriter) call() error {
	if w.s.calls++; w.dead || w.s.fails(w.s.calls) {
		w.dead = true
		return errShaky
	}
	return nil
}

func (w *shakyWriter) Write(in *demand.Chunk[int]) error {
	for in.Len() > 0 {
		if err := w.call(); err != nil {
			return err
		}
		if v := in.Items()[0]; w.s.flushes {
			w.held = append(w.held, v)
		} else {
			w.s.stored = append(w.s.stored, v)
		}
		in.Advance(1)
	}
	return nil
}

func (w *shakyWriter) Flush() error {
	if err := w.call(); err != nil {
		return err
	}
	w.s.stored = append(w.s.stored, w.held...)
	w.held = nil
	return nil
}

func (w *shakyWriter) Close(error) error { w.s.closed++; return nil }

var soon = stage.Restarts{First: time.Second, Most: time.Minute}

func TestRestartLosesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		bad := rapid.SliceOfDistinct(rapid.IntRange(1, 80), func(v int) int { return v }).Draw(rt, "bad calls")
		s := &shaky{flushes: rapid.Bool().Draw(rt, "flushes")}
		s.fails = func(call int) bool {
			for _, b := range bad {
				if b == call {
					return true
				}
			}
			return false
		}
		s.window = rapid.IntRange(1, 9).Draw(rt, "window")
		synctest.Test(t, func(t *testing.T) {
			r, err := flow.From(source.Range(0, 40)).To(sink.Restart(s.sink(), soon)).Start(t.Context())
			if err != nil {
				rt.Fatal(err)
			}
			if err := r.Wait(); err != nil {
				rt.Fatal(err)
			}
			seen, next := map[int]bool{}, 0
			for _, v := range s.stored {
				if v > next {
					rt.Fatalf("%d came before %d: %v", v, next, s.stored)
				}
				next = max(next, v+1)
				seen[v] = true
			}
			if len(seen) != 40 || s.closed != s.opened {
				rt.Fatalf("stored %v, opened %d, closed %d", s.stored, s.opened, s.closed)
			}
			if st, _ := r.Snapshot().Stage("shaky"); st.Retries != int64(s.opened-1) || st.In != 40 {
				rt.Fatalf("%d retries of a sink opened %d times, %d in", st.Retries, s.opened, st.In)
			}
		})
	})
}

func TestRestartGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shaky{fails: func(call int) bool { return call > 3 }}
		err := flow.From(source.Range(0, 40)).To(sink.Restart(s.sink(), stage.Restarts{First: time.Second, Most: time.Minute, Max: 2}, stage.Name("store"))).Run(t.Context())
		var at *stage.Error
		if !errors.Is(err, errShaky) || !errors.As(err, &at) || at.Stage != "store" || !strings.Contains(err.Error(), "after 2 restarts") {
			t.Errorf("error %v", err)
		}
		if fmt.Sprint(s.clock) != "[0s 1s 2.5s]" || s.closed != s.opened {
			t.Errorf("opened at %v, closed %d", s.clock, s.closed)
		}
	})
}

func TestRestartEndsWithTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &shaky{fails: func(int) bool { return true }}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := flow.From(source.Range(0, 40)).To(sink.Restart(s.sink(), soon)).Run(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(s.begun) != 10*time.Second || s.closed != s.opened {
			t.Errorf("error %v after %s, opened %d, closed %d", err, time.Since(s.begun), s.opened, s.closed)
		}
	})
}

// What the failed sink had not flushed is not committed.
func TestRestartCommitsWhatIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var items []int
		for v := range 40 {
			items = append(items, v)
		}
		src := stagetest.NewCommitting(t, items, 3)
		s := &shaky{flushes: true, fails: func(call int) bool { return call%7 == 0 && call < 60 || call >= 90 }}
		err := flow.From[int](src).To(sink.Restart(s.sink(), stage.Restarts{First: time.Second, Most: time.Second, Max: 20})).Run(t.Context())
		stored := map[int]bool{}
		for _, v := range s.stored {
			stored[v] = true
		}
		if n := src.Committed(); n > len(stored) || err == nil && n != 40 {
			t.Errorf("%d are committed, %d stored, error %v", n, len(stored), err)
		}
	})
}

func TestMistakesOfRestart(t *testing.T) {
	var dst []int
	for want, s := range map[string]stage.Sink[int]{
		"the sink inside is nil":                 sink.Restart[int](nil, soon),
		"Restart wants 0 < First <= Most":        sink.Restart(sink.Discard[int](), stage.Restarts{}),
		"can be opened only once, not anew":      sink.Restart(sink.Slice(&dst), soon),
		"Completed is for sources":               sink.Restart(sink.Discard[int](), stage.Restarts{First: 1, Most: 1, Completed: true}),
		"Restart: Max must not be negative":      sink.Restart(sink.Discard[int](), stage.Restarts{First: 1, Most: 1, Max: -1}),
		"option Workers is not one that Restart": sink.Restart(sink.Discard[int](), soon, stage.Workers(2)),
		"Restart wants 0 <= Jitter < 1, has 1":   sink.Restart(sink.Discard[int](), stage.Restarts{First: 1, Most: 1, Jitter: 1}),
		"Restart: Within must not be negative":   sink.Restart(sink.Discard[int](), stage.Restarts{First: 1, Most: 1, Within: -1}),
	} {
		err := flow.From(source.Range(0, 1)).To(s).Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func ExampleRestart() {
	tries := 0
	unsteady := sink.ForEach(func(v int) error {
		if tries++; tries == 2 {
			return errors.New("the receiver is restarting")
		}
		fmt.Println("stored", v)
		return nil
	})
	err := flow.From(source.Range(0, 3)).To(sink.Restart(unsteady, stage.Restarts{First: time.Millisecond, Most: time.Second, Max: 5})).Run(context.Background())
	fmt.Println(err)
	// Output:
	// stored 0
	// stored 1
	// stored 2
	// <nil>
}
