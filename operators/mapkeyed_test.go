package operators_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

var errKeyed = errors.New("this key is broken")

func TestMapKeyedFollowsTheRules(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	double := func(_ context.Context, v int) (int, error) { return 2 * v, nil }
	t.Run("one key", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return operators.MapKeyed(func(int) int { return 0 }, double, stage.Workers(3))
		}, samples, stagetest.Want(0, 6, 10, 4, 18, 8, 14, 16, 2, 24, 12, 20))
	})
	t.Run("many keys", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return operators.MapKeyed(func(v int) int { return v % 3 }, double, stage.Workers(2), stage.Capacity(3))
		}, samples, stagetest.Unordered())
	})
}

func TestMapKeyedMistakes(t *testing.T) {
	key := func(v int) int { return v }
	call := func(_ context.Context, v int) (int, error) { return v, nil }
	for want, err := range map[string]error{
		"key function must not be nil":                              metaErr(operators.MapKeyed[int, int, int](nil, call, stage.Workers(1))),
		"function must not be nil":                                  metaErr(operators.MapKeyed[int, int](key, nil, stage.Workers(1))),
		"option Workers is needed: how many calls are made at once": metaErr(operators.MapKeyed(key, call)),
		"option Workers: must be at least 1, is 0":                  metaErr(operators.MapKeyed(key, call, stage.Workers(0))),
		"a capacity of 3 elements leaves some of 4 workers idle":    metaErr(operators.MapKeyed(key, call, stage.Workers(4), stage.Capacity(3))),
		"option Unordered is not one that MapKeyed takes":           metaErr(operators.MapKeyed(key, call, stage.Workers(4), stage.Unordered())),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// One key hangs for an hour. The elements of all others get past it, each in the
// time of its own call.
func TestMapKeyedGetsPastAStuckKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, snk := stagetest.NewSource[int](t), stagetest.NewSink[int](t)
		f := flow.Via(flow.From(src), operators.MapKeyed(func(v int) int { return v % 10 },
			func(_ context.Context, v int) (int, error) {
				if time.Sleep(10 * time.Millisecond); v == 0 {
					time.Sleep(time.Hour)
				}
				return v, nil
			}, stage.Workers(2), stage.Capacity(30)))
		r, err := f.To(snk).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		snk.Request(1000)
		src.Send(0)
		for v := 1; v <= 200; v++ { // 20 of the stuck key among them
			src.Send(v)
			begun := time.Now()
			if v%10 == 0 {
				snk.ExpectNone(10 * time.Millisecond)
				continue
			}
			snk.Expect(v)
			if d := time.Since(begun); d != 10*time.Millisecond {
				t.Fatalf("element %d took %s", v, d)
			}
		}
		snk.ExpectNone(30 * time.Minute)
		src.Complete()
		time.Sleep(30 * time.Minute)
		for v := 0; v <= 200; v += 10 {
			snk.Expect(v)
		}
		snk.ExpectComplete()
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// When the bound is full of one key's elements, upstream is held back.
func TestMapKeyedIsBounded(t *testing.T) {
	for name, c := range map[string]struct {
		opts []stage.Option
		want int64
	}{
		"by default": {[]stage.Option{stage.Workers(2)}, 32},
		"as told":    {[]stage.Option{stage.Workers(2), stage.Capacity(5)}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var taken, called atomic.Int64
				f := flow.From(source.Range(0, 1000)).Via(operators.Peek(func(int) { taken.Add(1) }))
				r, err := flow.Via(f, operators.MapKeyed(func(v int) bool { return true },
					func(ctx context.Context, v int) (int, error) {
						called.Add(1)
						<-ctx.Done()
						return v, nil
					}, c.opts...)).To(sink.Discard[int]()).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				if taken.Load() != c.want || called.Load() != 1 {
					t.Errorf("%d elements are taken, want %d; %d calls are under way, want 1", taken.Load(), c.want, called.Load())
				}
				if err := r.Stop(errKeyed); !errors.Is(err, errKeyed) || called.Load() != 1 {
					t.Errorf("stopped with %v after %d calls", err, called.Load())
				}
				if s, _ := r.Snapshot().Stage("mapkeyed"); s.In != s.Out+s.Discarded || s.In < c.want {
					t.Errorf("in %d, out %d, discarded %d", s.In, s.Out, s.Discarded)
				}
			})
		})
	}
}

// Random delays, keys, failures and bounds, beside a model: each key by itself is
// in order, never two of its calls at once, and nothing is lost.
func TestMapKeyedAgainstItsModel(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rapid.SyncTest(r, func(r *rapid.T) {
			n := rapid.IntRange(0, 80).Draw(r, "elements")
			keys := rapid.SliceOfN(rapid.IntRange(0, 5), n, n).Draw(r, "keys")
			takes := rapid.SliceOfN(rapid.IntRange(0, 20), n, n).Draw(r, "takes")
			bad := rapid.SliceOfN(rapid.IntRange(0, 9), n, n).Draw(r, "bad if 0")
			workers := rapid.IntRange(1, 5).Draw(r, "workers")
			opts := []stage.Option{stage.Workers(workers)}
			if rapid.Bool().Draw(r, "bound") {
				opts = append(opts, stage.Capacity(workers+rapid.IntRange(0, 3).Draw(r, "more")))
			}
			skips := rapid.Bool().Draw(r, "skips")
			if skips {
				opts = append(opts, stage.OnError(stage.Skip()))
			}
			var l ledger
			var atOnce atomic.Int64
			var busy [6]atomic.Bool
			f := flow.Via(l.tracked(upTo(n), rapid.IntRange(1, 7).Draw(r, "read"), demand.ErrCompleted),
				operators.MapKeyed(func(v int) int { return keys[v] }, func(_ context.Context, v int) (int, error) {
					if atOnce.Add(1) > int64(workers) || busy[keys[v]].Swap(true) {
						r.Errorf("too many calls at once")
					}
					time.Sleep(time.Duration(takes[v]) * time.Millisecond)
					busy[keys[v]].Store(false)
					atOnce.Add(-1)
					if bad[v] == 0 {
						return 0, errKeyed
					}
					return v, nil
				}, opts...))
			got, stats, err := runChain(r, f, false, 0, rapid.IntRange(1, 1024).Draw(r, "window"))
			var want, have [6][]int
			failed := false
			for v := range n {
				if bad[v] != 0 {
					want[keys[v]] = append(want[keys[v]], v)
				} else if failed = failed || !skips; !skips {
					keys[v] = -1
				}
			}
			for _, e := range got {
				if e.record != int64(e.v)+1 {
					r.Fatalf("element %d says it is of record %d", e.v, e.record)
				}
				k := keys[e.v]
				have[k] = append(have[k], e.v)
			}
			for k := range want {
				if !failed && !slices.Equal(have[k], want[k]) || !slices.Equal(have[k], want[k][:min(len(have[k]), len(want[k]))]) {
					r.Fatalf("key %d: got %v, want %v", k, have[k], want[k])
				}
			}
			if failed != errors.Is(err, errKeyed) || !failed && err != nil {
				r.Fatalf("got error %v", err)
			}
			if failed {
				l.once(r, n)
			} else {
				l.check(r, n)
			}
			for _, s := range stats {
				if s.Kind == "MapKeyed" && s.In != s.Out+s.DroppedTotal()+s.Discarded {
					r.Fatalf("in %d, out %d, dropped %v, discarded %d", s.In, s.Out, s.Dropped, s.Discarded)
				}
			}
		})
	})
}

// An element behind a failed one of its key is not called, nor is any other that
// has not begun; what is under way is handed on.
func TestMapKeyedFails(t *testing.T) {
	boom := map[string]func() (int, error){
		"with an error": func() (int, error) { return 0, errKeyed },
		"with a panic":  func() (int, error) { panic(errKeyed) },
	}
	for name, fail := range boom {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := stagetest.NewCommitting(t, upTo(1000), 1)
				var called atomic.Int64
				got, err := flow.Collect(t.Context(), flow.Via(flow.From(src), operators.MapKeyed(
					func(v int) int { return v % 2 },
					func(_ context.Context, v int) (int, error) {
						called.Add(1)
						if time.Sleep(time.Second); v == 1 {
							return fail()
						}
						time.Sleep(time.Second)
						return v, nil
					}, stage.Workers(2), stage.Name("ledger"))))
				var at *stage.Error
				var panicked *stage.PanicError
				named := errors.As(err, &at) && at.Stage == "ledger" || errors.As(err, &panicked) && panicked.Stage == "ledger"
				if !errors.Is(err, errKeyed) || !named || !slices.Equal(got, []int{0}) || called.Load() != 2 {
					t.Errorf("got %v after %d calls, then %v", got, called.Load(), err)
				}
				src.ExpectCommitted(1)
				src.ExpectSettled()
			})
		})
	}
}

func TestMapKeyedPanicsInItsKey(t *testing.T) {
	src := stagetest.NewCommitting(t, upTo(100), 3)
	err := flow.Via(flow.From(src), operators.MapKeyed(
		func(v int) int { return 10 / (v - 20) },
		func(_ context.Context, v int) (int, error) { return v, nil }, stage.Workers(3))).To(sink.Discard[int]()).Run(t.Context())
	var panicked *stage.PanicError
	if !errors.As(err, &panicked) || panicked.Stage != "mapkeyed" {
		t.Errorf("got %v", err)
	}
	src.ExpectSettled()
	if src.Committed() > 20 {
		t.Errorf("%d elements are committed", src.Committed())
	}
}

// A retry keeps its key waiting, and no other; a dead letter lets it go on.
func TestMapKeyedPolicies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var letters []stage.Letter
		tries := 0
		f := flow.Via(flow.From(source.Range(0, 9)), operators.MapKeyed(
			func(v int) int { return v % 3 },
			func(_ context.Context, v int) (string, error) {
				switch v {
				case 0:
					if tries++; tries < 3 {
						return "", errKeyed
					}
				case 4:
					return "", errKeyed
				}
				return fmt.Sprint(v), nil
			}, stage.Workers(2), stage.OnError(stage.Retry(3, time.Second, time.Minute, stage.DeadLetter(sink.Slice(&letters))))))
		got, err := flow.Collect(t.Context(), f)
		for _, key := range []string{"036", "17", "258"} {
			of := slices.DeleteFunc(slices.Clone(got), func(v string) bool { return !strings.Contains(key, v) })
			if strings.Join(of, "") != key {
				t.Errorf("got %v, want %s in this order", got, key)
			}
		}
		if err != nil || len(got) != 8 || slices.Index(got, "0") < slices.Index(got, "2") {
			t.Errorf("got %v, then %v", got, err)
		}
		if len(letters) != 1 || letters[0].Element != 4 || !errors.Is(letters[0].Err, errKeyed) {
			t.Errorf("the letters are %v", letters)
		}
	})
}

// A stop ends the context of the calls under way and waits for them; those that
// wait for their turn are not called.
func TestMapKeyedIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var begun, ended atomic.Int64
		src := stagetest.NewCommitting(t, upTo(100), 4)
		r, err := flow.Via(flow.From(src), operators.MapKeyed(
			func(v int) int { return v % 4 },
			func(ctx context.Context, v int) (int, error) {
				begun.Add(1)
				<-ctx.Done()
				time.Sleep(time.Second) // to put things in order
				ended.Add(1)
				return v, context.Cause(ctx)
			}, stage.Workers(3))).To(sink.Discard[int]()).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := r.Stop(errKeyed); !errors.Is(err, errKeyed) || begun.Load() != 3 || ended.Load() != 3 {
			t.Errorf("stopped with %v, %d calls begun, %d ended", err, begun.Load(), ended.Load())
		}
		src.ExpectCommitted(0)
		src.ExpectSettled()
	})
}

// A key that is not equal to itself waits for nobody, and is forgotten.
func TestMapKeyedWithoutAKey(t *testing.T) {
	f := flow.Via(flow.From(source.Range(0, 500)), operators.MapKeyed(
		func(int) float64 { return math.NaN() },
		func(_ context.Context, v int) (int, error) { return v, nil }, stage.Workers(3)))
	got, err := flow.Collect(t.Context(), f)
	slices.Sort(got)
	if err != nil || !slices.Equal(got, upTo(500)) {
		t.Errorf("got %v, then %v", got, err)
	}
}
