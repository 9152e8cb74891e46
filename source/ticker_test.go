package source_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

func TestTicker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got, err := flow.Collect(t.Context(), flow.From(source.Ticker(time.Second)).Via(operators.Take[time.Time](3)))
		if err != nil || time.Since(start) != 3*time.Second {
			t.Fatalf("%v after %s", err, time.Since(start))
		}
		for i, at := range got {
			if want := start.Add(time.Duration(i+1) * time.Second); !at.Equal(want) {
				t.Errorf("tick %d was %s late", i, at.Sub(want))
			}
		}
	})
}

// A consumer that comes late gets the latest tick at once; those before it are
// counted, and later ones come when they are due.
func TestTickerDropsWhatNobodyAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var due, came []time.Duration
		r := collecting(t, source.Ticker(time.Second), func(at time.Time) error {
			due, came = append(due, at.Sub(start)), append(came, time.Since(start))
			switch len(due) {
			case 1:
				time.Sleep(3500 * time.Millisecond) // until 4.5 s
			case 4:
				return demand.ErrEnough
			}
			return nil
		})
		if err := r.Wait(); err != nil {
			t.Fatal(err)
		}
		s := time.Second
		if !slices.Equal(due, []time.Duration{s, 4 * s, 5 * s, 6 * s}) || !slices.Equal(came, []time.Duration{s, 4500 * time.Millisecond, 5 * s, 6 * s}) {
			t.Errorf("due at %v, came at %v", due, came)
		}
		st, _ := r.Snapshot().Stage("ticker")
		if st.Dropped[source.ReasonMissedTick] != 2 || st.Out != 4 {
			t.Errorf("out %d, dropped %v; want 4 and 2", st.Out, st.Dropped)
		}
	})
}

func TestTickerPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := open(source.Ticker(time.Second))
		start := time.Now()
		if got := pull(t, up, 2, demand.NoWait); len(got) > 0 || time.Since(start) > 0 {
			t.Errorf("not waiting: got %v after %s", got, time.Since(start))
		}
		if got := pull(t, up, 2, demand.Until(start.Add(600*time.Millisecond))); len(got) > 0 || time.Since(start) != 600*time.Millisecond {
			t.Errorf("waiting 600 ms: got %v after %s", got, time.Since(start))
		}
		if got := pull(t, up, 2, demand.Until(start.Add(time.Hour))); len(got) != 1 || time.Since(start) != time.Second {
			t.Errorf("waiting an hour: got %v after %s", got, time.Since(start))
		}
	})
}

// Who sleeps on something else beside it is woken when a tick is due.
func TestTickerWakesWhoDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var k operators.KillSwitch
		got, err := flow.Collect(t.Context(), flow.From(source.Ticker(time.Second)).Via(operators.Kill[time.Time](&k)).Via(operators.Take[time.Time](3)))
		if err != nil || len(got) != 3 || time.Since(start) != 3*time.Second {
			t.Errorf("%d ticks, error %v, after %s", len(got), err, time.Since(start))
		}
	})
}

func TestTickerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		count := func(time.Time) error { n++; return nil }
		start := time.Now()
		r := collecting(t, source.Ticker(time.Second), count)
		time.Sleep(2500 * time.Millisecond)
		if err := r.Drain(t.Context()); err != nil || n != 2 || time.Since(start) != 2500*time.Millisecond {
			t.Errorf("drained: %d ticks, %v after %s", n, err, time.Since(start))
		}
		r = collecting(t, source.Ticker(time.Hour), count)
		synctest.Wait()
		if err := r.Stop(errBoom); err != errBoom {
			t.Errorf("stopped: %v", err)
		}
	})
	for _, d := range []time.Duration{0, -1} {
		s := source.Ticker(d)
		err := flow.From(s).To(sink.Discard[time.Time]()).Run(context.Background())
		wantStage(t, err, "ticker", s.Meta().Err)
	}
}

func ExampleTicker() {
	f := flow.Via(flow.From(source.Ticker(time.Millisecond)), operators.Map(func(time.Time) string { return "tick" }))
	fmt.Println(flow.Collect(context.Background(), f.Via(operators.Take[string](2))))
	// Output: [tick tick] <nil>
}
