package operators_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
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
)

// userCode are the operators with a function, each with one that calls call for
// each element and then lets it through if call reports true.
func userCode(call func(int) bool) map[string]func(flow.Flow[int]) flow.Flow[string] {
	none := errors.New("not this one")
	return map[string]func(flow.Flow[int]) flow.Flow[string]{
		"filter":     through(operators.Filter(call)),
		"filtermap":  into(operators.FilterMap(func(v int) (int, bool) { return v, call(v) })),
		"distinctby": through(operators.DistinctBy(func(v int) int { return passKey(v, call(v)) }, 1000)),
		"skipwhile":  through(operators.SkipWhile(func(v int) bool { return !call(v) })),
		"maperr": into(operators.MapErr(func(v int) (int, error) {
			if !call(v) {
				return 0, none
			}
			return v, nil
		}, stage.OnError(stage.Skip()))),
		"mapcontext": into(operators.MapContext(func(_ context.Context, v int) (int, error) {
			if !call(v) {
				return 0, none
			}
			return v, nil
		}, stage.OnError(stage.Skip()))),
		"flatmap": into(operators.FlatMap(func(v int) []int {
			if !call(v) {
				return nil
			}
			return []int{v}
		})),
		"flatmapseq": into(operators.FlatMapSeq(func(v int) iter.Seq[int] {
			return func(yield func(int) bool) {
				if call(v) {
					yield(v)
				}
			}
		})),
	}
}

// passKey makes DistinctBy drop what is not to be let through: its key was seen
// with an element that never comes out.
func passKey(v int, let bool) int {
	if let {
		return v
	}
	return math.MinInt
}

// seers are the operators whose function sees each element and lets it through.
func seers(see func(int)) map[string]func(flow.Flow[int]) flow.Flow[string] {
	all := userCode(func(v int) bool { see(v); return true })
	delete(all, "skipwhile") // it does not call again
	all["map"] = into(operators.Map(func(v int) int { see(v); return v }))
	all["peek"] = through(operators.Peek(see))
	all["scan"] = into(operators.Scan(0, func(_, v int) int { see(v); return v }))
	all["takewhile"] = through(operators.TakeWhile(func(v int) bool { see(v); return true }))
	all["takeuntil"] = through(operators.TakeUntil(func(v int) bool { see(v); return false }))
	return all
}

func names[V any](m map[string]V) []string {
	var all []string
	for name := range m {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// An element does not wait for those behind it, however slow the function is or
// becomes.
func TestNothingWaitsBehindASlowFunction(t *testing.T) {
	const nap = 10 * time.Millisecond
	for _, name := range names(seers(nil)) {
		for _, from := range []int{0, 5000} {
			t.Run(fmt.Sprintf("%s, slow from %d", name, from), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					via := seers(func(v int) {
						if v >= from {
							time.Sleep(nap)
						}
					})[name]
					begun := time.Now()
					var at []time.Duration
					err := via(flow.From(source.Range(0, from+20))).To(sink.ForEach(func(string) error {
						at = append(at, time.Since(begun))
						return nil
					})).Run(t.Context())
					if err != nil || len(at) != from+20 {
						t.Fatalf("%d elements, error %v", len(at), err)
					}
					for i, d := range at[from:] {
						if want := time.Duration(i+1) * nap; d > want+nap/2 {
							t.Errorf("element %d came after %s, want about %s", from+i, d, want)
						}
					}
				})
			})
		}
	}
}

// What was left for later, when a call was slow, comes in its place.
func TestSlowNowAndThen(t *testing.T) {
	for _, name := range names(seers(nil)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, 2))
				for range 20 {
					var l ledger
					in := upTo(2000)
					every := 1 + rng.IntN(60)
					via := seers(func(int) {
						if rng.IntN(every) == 0 {
							time.Sleep(10 * time.Millisecond)
						}
					})[name]
					var got []arrival
					m := stage.Configure("Arrivals", stage.TakesWindow, []stage.Option{stage.Window(1+rng.IntN(40), 40+rng.IntN(200))})
					s := stage.NewSink(m, func(*stage.Runtime) stage.Writer[string] { return arrivals[string]{&got} })
					err := via(l.tracked(in, 1+rng.IntN(500), demand.ErrCompleted)).To(s).Run(t.Context())
					if want := same(in); err != nil || !slices.Equal(got, want) {
						t.Fatalf("got %d elements, want %d, error %v", len(got), len(want), err)
					}
					l.check(t, len(in))
				}
			})
		})
	}
}

// Stop waits for the call at work and no other, also while nothing comes out.
func TestStopWaitsForOneCall(t *testing.T) {
	why := errors.New("enough of this")
	for _, name := range names(userCode(nil)) {
		for _, let := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, let through %v", name, let), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					calls := 0
					via := userCode(func(int) bool {
						calls++
						time.Sleep(100 * time.Millisecond)
						return let
					})[name]
					begun := time.Now()
					r, _, err := start(t, via(flow.From(source.Range(0, 1000))), 64)
					if err != nil {
						t.Fatal(err)
					}
					time.Sleep(250 * time.Millisecond)
					if err := r.Stop(why); !errors.Is(err, why) {
						t.Errorf("stopped with %v, want %v", err, why)
					}
					if d := time.Since(begun); d > 300*time.Millisecond {
						t.Errorf("Stop returned after %s with %d calls, the call at work ended at 300 ms", d, calls)
					}
				})
			})
		}
	}
}

// A stage that drops all that comes lets go when the caller's patience ends: the
// batch below is on time.
func TestPatienceWhileEverythingIsDropped(t *testing.T) {
	for _, name := range names(userCode(nil)) {
		if name == "skipwhile" {
			continue // after the first that passed it passes all
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				via := userCode(func(v int) bool {
					time.Sleep(10 * time.Millisecond)
					return v == 3
				})[name]
				begun := time.Now()
				first := time.Duration(0)
				batches := flow.Via(via(flow.From(source.Range(0, 100))), operators.Batch[string](10, 200*time.Millisecond))
				err := batches.To(sink.ForEach(func([]string) error {
					if first == 0 {
						first = time.Since(begun)
					}
					return nil
				}, stage.Window(64, 64))).Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				// The fourth call is done at 40 ms, and the batch's time over at 240.
				if first < 40*time.Millisecond || first > 260*time.Millisecond {
					t.Errorf("the batch came after %s, want 240 ms, or one call later", first)
				}
			})
		})
	}
}

// A sink that flushes when nothing is waiting is not kept from it by a stage
// that drops all.
func TestFlushWhileEverythingIsDropped(t *testing.T) {
	for _, name := range names(userCode(nil)) {
		if name == "skipwhile" || name == "distinctby" {
			continue // they let others through too
		}
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				via := userCode(func(v int) bool {
					time.Sleep(10 * time.Millisecond)
					return v == 3
				})[name]
				w := &flushed{begun: time.Now()}
				m := stage.Meta{Kind: "Flushed", Flushes: true, FlushAfter: time.Hour}
				m.WindowMin, m.WindowMax = 64, 64
				s := stage.NewSink(m, func(*stage.Runtime) stage.Writer[string] { return w })
				if err := via(flow.From(source.Range(0, 100))).To(s).Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if w.at < 40*time.Millisecond || w.at > 70*time.Millisecond {
					t.Errorf("the element of 40 ms was flushed after %s", w.at)
				}
			})
		})
	}
}

type flushed struct {
	begun time.Time
	at    time.Duration
}

func (f *flushed) Write(in *demand.Chunk[string]) error { in.Advance(in.Len()); return nil }

func (f *flushed) Flush() error {
	if f.at == 0 {
		f.at = time.Since(f.begun)
	}
	return nil
}

func (f *flushed) Close(error) error { return nil }

// A panic is an error that names the stage, comes out with a stack, and leaves
// no read unsettled.
func TestPanic(t *testing.T) {
	boom := errors.New("boom")
	for _, name := range names(seers(nil)) {
		for _, window := range []int{1, 7, 256} {
			t.Run(fmt.Sprintf("%s, window %d", name, window), func(t *testing.T) {
				var l ledger
				via := seers(func(v int) {
					if v == 50 {
						panic(boom)
					}
				})[name]
				got, err := collect(t, via(l.tracked(upTo(100), 4, demand.ErrCompleted)), window)
				var panicked *stage.PanicError
				if !errors.As(err, &panicked) || !errors.Is(err, boom) || panicked.Stage != name || len(panicked.Stack) == 0 {
					t.Errorf("got error %v, want a panic of stage %s", err, name)
				}
				if want := same(upTo(50)); len(got) > 50 || !slices.Equal(got, want[:len(got)]) {
					t.Errorf("before the panic came %v", got)
				}
				l.once(t, len(got))
			})
		}
	}
}

// A cancelled run ends with its cause, and settles each read once.
func TestCancel(t *testing.T) {
	why := errors.New("cancelled here")
	all := seers(func(int) {})
	all["take"] = through(operators.Take[int](1 << 40))
	all["skip"] = through(operators.Skip[int](3))
	all["batch"] = into(operators.Batch[int](10, 0))
	all["sliding"] = into(operators.Sliding[int](10, 3))
	all["async"] = through(operators.Async[int](10))
	all["buffer"] = through(operators.Buffer[int](10, demand.Block))
	all["throttle"] = through(operators.Throttle[int](1_000_000, time.Millisecond))
	all["timeout"] = through(operators.Timeout[int](time.Hour))
	all["recover"] = through(operators.Recover(func(error) (int, bool) { panic("the end of the run is not to be recovered") }))
	for _, name := range names(all) {
		t.Run(name, func(t *testing.T) {
			var l ledger
			ctx, cancel := context.WithCancelCause(t.Context())
			n := 0
			err := all[name](l.tracked(upTo(1_000_000), 10, demand.ErrCompleted)).To(sink.ForEach(func(string) error {
				if n++; n == 500 {
					cancel(why)
				}
				return nil
			})).Run(ctx)
			if !errors.Is(err, why) {
				t.Errorf("got error %v, want %v", err, why)
			}
			l.once(t, 1_000_000)
		})
	}
}
