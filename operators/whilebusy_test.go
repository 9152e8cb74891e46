package operators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func one(int) int { return 1 }

func more(n, _ int) int { return n + 1 }

// busyOps are the operators that never hold upstream back.
var busyOps = map[string]func(...stage.Option) stage.Stage[int, int]{
	"latestwhilebusy": operators.LatestWhileBusy[int],
	"dropwhilebusy":   operators.DropWhileBusy[int],
	"conflate":        func(o ...stage.Option) stage.Stage[int, int] { return operators.Conflate(plus, o...) },
	"conflatewith":    func(o ...stage.Option) stage.Stage[int, int] { return operators.ConflateWith(one, more, o...) },
}

// from returns the times of n elements, one every d from start on.
func from(start, d time.Duration, n int) (at []time.Duration) {
	for _, t := range every(d, n) {
		at = append(at, start+t)
	}
	return at
}

// Ten elements come, one every 10 ms from 1 ms on, and one at 136 ms; each takes
// 36 ms.
func TestWhileBusy(t *testing.T) {
	for name, c := range map[string]struct {
		want    []moment
		dropped map[string]int64
		merged  uint64
	}{
		"latestwhilebusy": {
			[]moment{{ms, "0"}, {37 * ms, "3"}, {73 * ms, "7"}, {109 * ms, "9"}, {145 * ms, "10"}},
			map[string]int64{demand.ReasonOldest: 6}, 0,
		},
		"dropwhilebusy": {
			[]moment{{ms, "0"}, {41 * ms, "4"}, {81 * ms, "8"}, {136 * ms, "10"}},
			map[string]int64{operators.ReasonBusy: 7}, 0,
		},
		"conflate": {
			[]moment{{ms, "0"}, {37 * ms, "6"}, {73 * ms, "22"}, {109 * ms, "17"}, {145 * ms, "10"}},
			nil, 6,
		},
		"conflatewith": {
			[]moment{{ms, "1"}, {37 * ms, "3"}, {73 * ms, "4"}, {109 * ms, "2"}, {145 * ms, "1"}},
			nil, 6,
		},
	} {
		for _, window := range []int{1, 256} {
			t.Run(fmt.Sprint(name, window), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := timeline(demand.ErrCompleted, append(from(ms, 10*ms, 10), 136*ms)...).Via(busyOps[name](stage.Window(1, window)))
					var got []moment
					r := startSlow(t, t.Context(), f, 36*ms, window, &got)
					for running := true; running; {
						select {
						case <-r.Done():
							running = false
						case <-time.After(3 * ms):
						}
						conserved(t, r, name)
					}
					if err := r.Wait(); err != nil {
						t.Error(err)
					}
					wantMoments(t, got, c.want...)
					s, _ := r.Snapshot().Stage(name)
					if fmt.Sprint(s.Dropped) != fmt.Sprint(c.dropped) || s.Buffer.Merged != c.merged || s.In != 11 || s.Out != int64(len(c.want)) || s.Buffer.Held != 0 {
						t.Errorf("in %d, out %d, dropped %v, %+v", s.In, s.Out, s.Dropped, *s.Buffer)
					}
				})
			})
		}
	}
}

// startSlow starts a run into a sink that takes its time, and notes what came when.
func startSlow[T any](t *testing.T, ctx context.Context, f flow.Flow[T], slow time.Duration, window int, got *[]moment) *flow.Running {
	t.Helper()
	begun := time.Now()
	m := stage.Configure("Slow", stage.TakesWindow, []stage.Option{stage.Window(window, window)})
	r, err := f.To(stage.NewSink(m, func(*stage.Runtime) stage.Writer[T] {
		return slowly[T](func(v T) {
			*got = append(*got, moment{time.Since(begun), fmt.Sprint(v)})
			time.Sleep(slow)
		})
	})).Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type slowly[T any] func(T)

func (s slowly[T]) Write(in *demand.Chunk[T]) error {
	s(in.Items()[0])
	in.Advance(1)
	return nil
}
func (slowly[T]) Flush() error      { return nil }
func (slowly[T]) Close(error) error { return nil }

// conserved looks whether a stage lost an element.
func conserved(t fataler, r *flow.Running, name string) {
	t.Helper()
	s, ok := r.Snapshot().Stage(name)
	if b := s.Buffer; !ok || b == nil || b.In != b.Out+b.Merged+b.DroppedTotal()+uint64(b.Held) || b.Held > 2 {
		t.Errorf("%s does not balance: %+v", name, b)
	}
}

// Downstream that waits gets the first element that comes, alone, although many
// come at once.
func TestFirstAnswersTheRequest(t *testing.T) {
	at := slices.Concat(slices.Repeat([]time.Duration{10 * ms}, 5), slices.Repeat([]time.Duration{100 * ms}, 5))
	for name, want := range map[string]string{
		"dropwhilebusy": "[0@10ms 5@100ms]",
		"conflate":      "[0@10ms 10@46ms 5@100ms 30@136ms]",
		"conflatewith":  "[1@10ms 4@46ms 1@100ms 4@136ms]",
	} {
		synctest.Test(t, func(t *testing.T) {
			f := timeline(demand.ErrCompleted, at...).Via(busyOps[name](stage.Window(256, 256)))
			if got, err := watch(t, f, 36*ms); err != nil || fmt.Sprint(got) != want {
				t.Errorf("%s: got %v, want %v, error %v", name, got, want, err)
			}
		})
	}
}

// An error comes behind what is held.
func TestWhileBusyFails(t *testing.T) {
	for name, want := range map[string]string{
		"latestwhilebusy": "[0@1ms 4@37ms]", "dropwhilebusy": "[0@1ms]", "conflate": "[0@1ms 10@37ms]", "conflatewith": "[1@1ms 4@37ms]",
	} {
		synctest.Test(t, func(t *testing.T) {
			got, err := watch(t, timeline(errSource, from(ms, 5*ms, 5)...).Via(busyOps[name]()), 36*ms)
			var at *stage.Error
			if !errors.Is(err, errSource) || !errors.As(err, &at) || at.Stage != "timeline" || fmt.Sprint(got) != want {
				t.Errorf("%s: got %v, want %s, error %v", name, got, want, err)
			}
		})
	}
}

// What was made of a read is handed on before the read is done.
func TestWhileBusySettles(t *testing.T) {
	for name, op := range busyOps {
		for _, procs := range []int{1, 2, 8} {
			for _, window := range []int{1, 7, 256} {
				t.Run(fmt.Sprint(name, procs, window), func(t *testing.T) {
					defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
					var l ledger
					r, got, err := start(t, l.tracked(upTo(3000), 7, demand.ErrCompleted).Via(op(stage.Window(1, window))), window)
					if err != nil {
						t.Fatal(err)
					}
					if err := r.Wait(); err != nil {
						t.Fatal(err)
					}
					l.check(t, 3000)
					conserved(t, r, name)
					sum := 0
					for _, a := range *got {
						var v int
						fmt.Sscan(a.text, &v)
						sum += v
						if (name == "latestwhilebusy" || name == "dropwhilebusy") && a.record != int64(v)+1 {
							t.Errorf("element %d has record %d", v, a.record)
						}
						if name == "conflatewith" && (v == 1) != (a.record > 0) {
							t.Errorf("made of %d elements, record %d", v, a.record)
						}
					}
					if name == "conflate" && sum != 2999*1500 || name == "conflatewith" && sum != 3000 {
						t.Errorf("the sum is %d", sum)
					}
				})
			}
		}
	}
}

// A read is done when the aggregate that it is part of has been written, and not
// before.
func TestConflateHoldsItsReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l ledger
		paced := l.tracked(upTo(100), 2, demand.ErrCompleted).Via(operators.Throttle[int](1, 10*ms))
		var got []moment
		ctx, cancel := context.WithCancelCause(t.Context())
		r := startSlow(t, ctx, paced.Via(operators.Conflate(plus)), 93*ms, 1, &got)
		done := func() (n int) {
			synctest.Wait()
			l.mu.Lock()
			defer l.mu.Unlock()
			for _, r := range l.reads {
				if r.settled > 0 && r.outcome == demand.Done {
					n++
				}
			}
			return n
		}
		// Elements 0 to 9 have come; 0 is written, 1 to 9 are one. The sink asks at times
		// when none comes.
		if time.Sleep(94 * ms); done() != 0 {
			t.Errorf("%d reads are done too early", done())
		}
		if time.Sleep(50 * ms); done() != 0 { // 0 and 1 are one read, 1 is being written
			t.Errorf("%d reads are done while the aggregate is written", done())
		}
		if time.Sleep(51 * ms); done() != 5 { // 0 to 9 were written at 186 ms, 10 to 18 are being written, 19 waits
			t.Errorf("%d reads are done, want 5", done())
		}
		why := errors.New("cancelled here")
		cancel(why)
		if err := r.Wait(); !errors.Is(err, why) {
			t.Error(err)
		}
		l.once(t, 19)
		conserved(t, r, "conflate")
		s, _ := r.Snapshot().Stage("conflate")
		if s.Dropped[demand.ReasonClosed] != 1 || s.Buffer.Held != 0 || s.In != int64(s.Buffer.In)+s.Discarded {
			t.Errorf("in %d, discarded %d, %+v", s.In, s.Discarded, *s.Buffer)
		}
	})
}

// Panics of user code fail the stream, at the stage, and lose no account.
func TestPanicsWhileBusy(t *testing.T) {
	boom := errors.New("boom")
	broken := func(at int) func(a, v int) int {
		return func(a, v int) int {
			if v >= at {
				panic(boom)
			}
			return v
		}
	}
	seed := func(int) int { panic(boom) }
	for name, op := range map[string]stage.Stage[int, int]{
		"conflate":     operators.Conflate(broken(5)),
		"conflatewith": operators.ConflateWith(seed, plus),
	} {
		synctest.Test(t, func(t *testing.T) {
			var l ledger
			var got []moment
			r := startSlow(t, t.Context(), l.tracked(upTo(1000), 10, demand.ErrCompleted).Via(op), 10*ms, 256, &got)
			err := r.Wait()
			var panicked *stage.PanicError
			if !errors.As(err, &panicked) || panicked.Stage != name || !errors.Is(err, boom) {
				t.Errorf("%s: got error %v", name, err)
			}
			l.once(t, 0)
			conserved(t, r, name)
			s, _ := r.Snapshot().Stage(name)
			if s.In != int64(s.Buffer.In)+s.Discarded || s.Buffer.Held != 0 {
				t.Errorf("%s: in %d, discarded %d, %+v", name, s.In, s.Discarded, *s.Buffer)
			}
		})
	}
}

// Upstream is read on, whatever downstream does; when that leaves, so does the
// island, wherever it waits.
func TestWhileBusyHoldsNobodyBack(t *testing.T) {
	for name, op := range busyOps {
		synctest.Test(t, func(t *testing.T) {
			var read atomic.Int64
			f := timeline(nil, every(ms, 200)...).Via(operators.Peek(func(int) { read.Add(1) })).Via(op())
			var got []moment
			r := startSlow(t, t.Context(), f.Via(operators.Take[int](2)), time.Hour, 1, &got)
			if time.Sleep(time.Minute); read.Load() != 200 {
				t.Errorf("%s: %d of 200 were read while downstream was busy", name, read.Load())
			}
			if name == "dropwhilebusy" { // the second never comes
				r.Stop(errChain)
			}
			if err := r.Wait(); err != nil && !errors.Is(err, errChain) {
				t.Error(name, err)
			}
			conserved(t, r, name)
		})
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			got, err := collect(t, timeline(nil, ms).Via(op()).Via(operators.Take[int](1)), 1)
			if err != nil || len(got) != 1 || time.Since(begun) > 2*ms {
				t.Errorf("%s: got %v after %s, error %v", name, got, time.Since(begun), err)
			}
		})
	}
}

// A run that waits for them, and for which nobody waits, is not taken for stalled,
// and one that stalls below them is.
func TestWhileBusyAndStalls(t *testing.T) {
	for name, op := range busyOps {
		two := flow.Broadcast(flow.From(source.Range(0, 10_000)), 2, stage.Capacity(64))
		a := two[0].Via(op()).Via(operators.Filter(func(int) bool { return false }))
		b := flow.Via(flow.Via(two[1], operators.Batch[int](500, 0)), operators.Unbatch[int]())
		if _, err := flow.Collect(t.Context(), flow.Merge(a, b)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Those that ask without waiting are woken.
func TestWhileBusyBelowAMerge(t *testing.T) {
	for name, op := range busyOps {
		for _, procs := range []int{1, 2, 8} {
			func() {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				var l, m ledger
				f := l.tracked(upTo(2000), 5, demand.ErrCompleted).Via(op())
				g := m.tracked(upTo(2000), 3, demand.ErrCompleted).Via(op()).Via(operators.Gate[int](new(operators.Valve)))
				if _, err := collect(t, flow.Merge(f, g).Via(op(stage.Name("last"))), 16); err != nil {
					t.Error(name, err)
				}
				l.check(t, 2000)
				m.check(t, 2000)
			}()
		}
	}
}

func TestRulesWhileBusy(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	total := func(outs []int) any {
		sum := 0
		for _, v := range outs {
			sum += v
		}
		return sum
	}
	last := func(outs []int) any { return len(outs) > 0 && outs[len(outs)-1] == 10 }
	ordered := func(outs []int) any {
		at := -1
		for _, v := range outs {
			next := slices.Index(samples, v)
			if next <= at {
				return false
			}
			at = next
		}
		return true
	}
	rules := func(name string, by func([]int) any) {
		t.Run(name, func(t *testing.T) {
			stagetest.Rules(t, func() stage.Stage[int, int] { return busyOps[name]() }, samples, stagetest.By(by))
		})
	}
	rules("latestwhilebusy", last)
	rules("dropwhilebusy", ordered)
	rules("conflate", total)
	rules("conflatewith", total)
}

func TestMistakesInRates(t *testing.T) {
	wantMistake(t, operators.Conflate[int](nil), "function must not be nil")
	wantMistake(t, operators.ConflateWith(nil, more), "seed function must not be nil")
	wantMistake(t, operators.ConflateWith[int, int](one, nil), "function must not be nil")
	wantMistake(t, operators.BatchWhileBusy[int](0), "batch size must be at least 1, is 0")
	wantMistake(t, operators.Expand[int, int](nil), "function must not be nil")
	wantMistake(t, operators.Extrapolate[int](nil), "function must not be nil")
	wantMistake(t, operators.ExtrapolateFrom(0, nil), "function must not be nil")
	wantMistake(t, operators.DropWhileBusy[int](stage.Workers(2)), "option Workers is not one that DropWhileBusy takes")
	wantMistake(t, operators.LatestWhileBusy[int](stage.Workers(2)), "option Workers is not one that LatestWhileBusy takes")
}
