package source_test

import (
	"context"
	"errors"
	"fmt"
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

var errFlaky = errors.New("flaky")

// flaky is a source that counts on through its openings and ends each time with
// err after per elements, which are one second apart.
func flaky(per int, err error, opened *[]time.Time) stage.Source[int] {
	n := 0
	return stage.NewSource(stage.Meta{Kind: "Flaky"}, func(*stage.Runtime) demand.Upstream[int] {
		*opened = append(*opened, time.Now())
		return &flakySource{n: &n, left: per, end: err}
	})
}

type flakySource struct {
	n    *int
	left int
	end  error
}

func (f *flakySource) Pull(dst *demand.Chunk[int]) error {
	if f.left == 0 {
		return f.end
	}
	f.left--
	dst.Append(*f.n)
	*f.n++
	return nil
}

func (f *flakySource) Cancel(cause error) { f.left, f.end = 0, cause }

func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, opened := time.Now(), []time.Time(nil)
		s := source.Restart(flaky(2, errFlaky, &opened), source.Restarts{First: time.Second, Most: 2 * time.Second, Max: 4}, stage.Name("again"))
		var got []int
		r, err := flow.From(s).To(sink.Slice(&got)).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = r.Wait()
		var at *stage.Error
		if !errors.Is(err, errFlaky) || !errors.As(err, &at) || at.Stage != "again" || !strings.Contains(err.Error(), "after 4 restarts: flaky") {
			t.Errorf("got error %v", err)
		}
		if !slices.Equal(got, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
			t.Errorf("got %v", got)
		}
		var at0 []time.Duration
		for _, o := range opened {
			at0 = append(at0, o.Sub(start))
		}
		if want := []time.Duration{0, time.Second, 2500 * time.Millisecond, 4500 * time.Millisecond, 6500 * time.Millisecond}; !slices.Equal(at0, want) {
			t.Errorf("opened at %v, want %v", at0, want)
		}
		if st, _ := r.Snapshot().Stage("again"); st.Retries != 4 || st.Out != 10 {
			t.Errorf("%d retries, %d out", st.Retries, st.Out)
		}
	})
}

// Only restarts within the time count, and jitter stays within its bounds.
func TestRestartLimitsByTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		var opened []time.Time
		s := source.Restart(flaky(1, errFlaky, &opened), source.Restarts{First: time.Second, Most: time.Second, Jitter: 0.3, Max: 2, Within: time.Second})
		if _, err := flow.Collect(ctx, flow.From(s)); !errors.Is(err, context.DeadlineExceeded) || len(opened) < 75 || len(opened) > 145 {
			t.Errorf("%d openings, error %v", len(opened), err)
		}
		for i := range opened[1:] {
			if d := opened[i+1].Sub(opened[i]); d < 700*time.Millisecond || d > 1301*time.Millisecond {
				t.Errorf("a delay of %s", d)
			}
		}
	})
}

func TestRestartOfCompleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		once := source.Restart(source.Range(0, 3), source.Restarts{First: time.Second, Most: time.Second})
		got, err := flow.Collect(t.Context(), flow.From(once))
		if err != nil || !slices.Equal(got, []int{0, 1, 2}) {
			t.Errorf("got %v, %v", got, err)
		}
		again := source.Restart(source.Range(0, 2), source.Restarts{First: time.Second, Most: time.Second, Max: 2, Completed: true})
		got, err = flow.Collect(t.Context(), flow.From(again))
		if err != nil || !slices.Equal(got, []int{0, 1, 0, 1, 0, 1}) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

// A drain ends the wait, and a source under way; a stop too.
func TestRestartEnds(t *testing.T) {
	for name, end := range map[string]func(*flow.Running) error{
		"drain": func(r *flow.Running) error { return r.Drain(context.Background()) },
		"stop": func(r *flow.Running) error {
			if err := r.Stop(errBoom); !errors.Is(err, errBoom) {
				return fmt.Errorf("stopped with %w", err)
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var opened []time.Time
				s := source.Restart(flaky(1, errFlaky, &opened), source.Restarts{First: time.Hour, Most: time.Hour})
				r, err := flow.From(s).To(sink.Discard[int]()).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				start := time.Now()
				if err := end(r); err != nil || time.Since(start) != 0 || len(opened) != 1 {
					t.Errorf("%v after %s, %d openings", err, time.Since(start), len(opened))
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		blocks := source.Func(func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
		r, err := flow.From(source.Restart(blocks, source.Restarts{First: 1, Most: 1})).To(sink.Discard[int]()).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := r.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestMistakesOfRestart(t *testing.T) {
	ok := source.Range(0, 1)
	for want, s := range map[string]stage.Source[int]{
		"source must not be nil":                        source.Restart[int](nil, source.Restarts{First: 1, Most: 1}),
		"chan can be opened only once, not anew":        source.Restart(source.Chan(make(chan int)), source.Restarts{First: 1, Most: 1}),
		"Restart wants 0 < First <= Most, has 0s, 0s":   source.Restart(ok, source.Restarts{}),
		"Restart wants 0 <= Jitter < 1, has 1":          source.Restart(ok, source.Restarts{First: 1, Most: 1, Jitter: 1}),
		"Restart: Max must not be negative, is -1":      source.Restart(ok, source.Restarts{First: 1, Most: 1, Max: -1}),
		"Restart: Within must not be negative, is -1ns": source.Restart(ok, source.Restarts{First: 1, Most: 1, Within: -1}),
		"function must not be nil":                      source.Restart(source.Func[int](nil), source.Restarts{First: 1, Most: 1}),
		"option Workers is not one that Restart takes":  source.Restart(ok, source.Restarts{First: 1, Most: 1}, stage.Workers(2)),
	} {
		if err := s.Meta().Err; err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
