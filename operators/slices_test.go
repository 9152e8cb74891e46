package operators_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
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

// cutting is the model of operators that cut the stream into slices: ends says
// that open, which is not empty, is a slice before v comes.
func cutting(in []int, ends func(open []int, v int) bool) (out [][]int) {
	var open []int
	for _, v := range in {
		if len(open) > 0 && ends(open, v) {
			out = append(out, open)
			open = nil
		}
		open = append(open, v)
	}
	if len(open) > 0 {
		out = append(out, open)
	}
	return out
}

// cutter is an operator that cuts the stream, beside its model.
type cutter struct {
	name string
	op   func() stage.Stage[int, []int]
	ends func(open []int, v int) bool
}

// cutters are those of elements from zero on; times are none or long.
func cutters(limit, m int, d time.Duration) []cutter {
	full := func(open []int) bool { return len(open) == limit }
	last := func(open []int) int { return open[len(open)-1] }
	multiple := func(v int) bool { return v%m == 0 }
	key := func(v int) int { return v / m }
	weight := func(v int) int64 { return int64(v % (m + 1)) }
	sum := func(open []int) (sum int64) {
		for _, v := range open {
			sum += weight(v)
		}
		return sum
	}
	most := int64(limit + m - 1) // some elements weigh as much
	over := func(open []int, v int) bool {
		return sum(open) == most || sum(open)+weight(v) > most || len(open) == int(most)
	}
	return []cutter{
		{"SplitWhen", func() stage.Stage[int, []int] { return operators.SplitWhen(multiple, limit) },
			func(open []int, v int) bool { return full(open) || multiple(v) }},
		{"SplitAfter", func() stage.Stage[int, []int] { return operators.SplitAfter(multiple, limit) },
			func(open []int, _ int) bool { return full(open) || multiple(last(open)) }},
		{"ChunkBy", func() stage.Stage[int, []int] { return operators.ChunkBy(key, limit) },
			func(open []int, v int) bool { return full(open) || key(v) != key(last(open)) }},
		{"BatchWeighted", func() stage.Stage[int, []int] { return operators.BatchWeighted(most, d, weight) }, over},
		{"BatchWeighted with Capacity", func() stage.Stage[int, []int] {
			return operators.BatchWeighted(most, d, weight, stage.Capacity(limit))
		}, func(open []int, v int) bool { return full(open) || over(open, v) }},
	}
}

func TestSlicesInARow(t *testing.T) {
	for _, limit := range []int{1, 2, 5, 100} {
		for _, c := range cutters(limit, 4, time.Duration(limit%2)*time.Hour) {
			b := behaviour{via: into(c.op()), want: func(in []int) (out []arrival) {
				for _, s := range cutting(in, c.ends) {
					out = append(out, arrival{fmt.Sprint(s), 0})
				}
				return out
			}}
			t.Run(fmt.Sprint(c.name, " ", limit), func(t *testing.T) {
				for name, in := range streams {
					for _, window := range []int{1, 7, 256} {
						for _, per := range []int{1, 4, 1000} {
							t.Run(fmt.Sprintf("%s, window %d, reads of %d", name, window, per), func(t *testing.T) {
								b.completes(t, in, window, per)
								b.fails(t, in, window, per)
							})
						}
					}
				}
			})
		}
	}
}

func TestSlicesOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(rapid.IntRange(0, 30), 0, 200).Draw(t, "in")
		all := cutters(rapid.IntRange(1, 40).Draw(t, "limit"), rapid.IntRange(1, 7).Draw(t, "m"), 0)
		c := all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]
		var l ledger
		f := flow.Via(l.tracked(in, rapid.IntRange(1, 50).Draw(t, "reads of"), demand.ErrCompleted), c.op())
		got, err := flow.Collect(context.Background(), f)
		if want := cutting(in, c.ends); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%s: got %v, want %v, error %v", c.name, got, want, err)
		}
		l.check(t, len(in))
	})
}

func TestRulesOfSlices(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for _, limit := range []int{1, 3, 50} {
		for _, c := range cutters(limit, 3, 0) {
			t.Run(c.name, func(t *testing.T) {
				stagetest.Rules(t, c.op, samples, stagetest.Want(cutting(samples, c.ends)...))
			})
		}
	}
	inTime := func(name string, op func() stage.Stage[int, []int]) {
		t.Run(name, func(t *testing.T) {
			stagetest.Rules(t, op, samples, stagetest.By(func(outs [][]int) any {
				for _, o := range outs {
					if len(o) == 0 || len(o) > 5 {
						t.Errorf("a slice of %d", len(o))
					}
				}
				return slices.Concat(outs...)
			}))
		})
	}
	inTime("BatchWeighted in time", func() stage.Stage[int, []int] {
		return operators.BatchWeighted(20, 7*ms, func(v int) int64 { return int64(v) }, stage.Capacity(5))
	})
	inTime("TimeWindow", func() stage.Stage[int, []int] { return operators.TimeWindow[int](7*ms, 5) })
	inTime("SessionWindow", func() stage.Stage[int, []int] { return operators.SessionWindow[int](3*ms, 5) })
}

// What a slice is made of is asked once of each element, in order, also where it
// belongs to the next slice.
func TestSlicesAskOnce(t *testing.T) {
	in := upTo(300)
	for _, window := range []int{1, 64} {
		var asked []int
		see := func(v int) bool { asked = append(asked, v); return v%7 == 0 }
		for name, op := range map[string]stage.Stage[int, []int]{
			"SplitWhen":     operators.SplitWhen(see, 5),
			"SplitAfter":    operators.SplitAfter(see, 5),
			"ChunkBy":       operators.ChunkBy(func(v int) int { see(v); return v / 9 }, 5),
			"BatchWeighted": operators.BatchWeighted(20, 0, func(v int) int64 { see(v); return int64(v % 15) }),
		} {
			asked = nil
			if _, err := collect(t, flow.Via(flow.From(source.Slice(in)), op), window); err != nil || !slices.Equal(asked, in) {
				t.Errorf("%s asked of %v, error %v", name, asked, err)
			}
		}
	}
}

// Elements are asked for many at once, but not many more than slices have: those
// behind the end of one have to be held.
func TestSlicesReadAsMuchAsTheyNeed(t *testing.T) {
	for per, least := range map[int]int{1: 16, 5: 16, 200: 60} {
		asked, read, most := 0, 0, 0
		src := stage.NewSource(stage.Meta{Kind: "asked"}, func(*stage.Runtime) demand.Upstream[int] {
			return askedSource(func(dst *demand.Chunk[int]) error {
				if read >= 10_000 {
					return demand.ErrCompleted
				}
				asked, most = asked+1, max(most, dst.Free())
				for dst.Free() > 0 {
					read++
					dst.Append(read)
				}
				return nil
			})
		})
		ends := 0
		err := flow.Via(flow.From(src), operators.SplitAfter(func(v int) bool { return v%per == 0 }, 1_000_000)).To(sink.ForEach(func(s []int) error {
			if ends = s[len(s)-1]; read-ends > max(16, 200) {
				t.Errorf("slices of %d: read %d when the slice up to %d came", per, read, ends)
			}
			return nil
		})).Run(t.Context())
		if err != nil || read/asked < least || most > max(16, per) {
			t.Errorf("slices of %d: %d requests for %d elements, of at most %d, error %v", per, asked, read, most, err)
		}
	}
}

type askedSource func(dst *demand.Chunk[int]) error

func (s askedSource) Pull(dst *demand.Chunk[int]) error { return s(dst) }
func (s askedSource) Cancel(error)                      {}

// Slices are exactly as long as what they hold, where it came at once.
func TestSlicesOwnTheirMemory(t *testing.T) {
	got, err := flow.Collect(t.Context(), flow.Via(flow.From(source.Range(0, 90)), operators.SplitAfter(func(v int) bool { return v%3 == 2 }, 1000)))
	if err != nil || len(got) != 30 {
		t.Fatal(got, err)
	}
	for i, s := range got {
		if !slices.Equal(s, []int{3 * i, 3*i + 1, 3*i + 2}) {
			t.Errorf("slice %d is %v", i, s)
		}
	}
}

func TestBatchWeightedPolicies(t *testing.T) {
	weight := func(v int) int64 { return int64(v) }
	in := []int{2, 1, 9, 1, -3, 2, 3, 7, 4}
	const message = "an element weighs 9, which must be from 0 to 4"
	t.Run("fail", func(t *testing.T) {
		for _, window := range []int{1, 256} {
			var l ledger
			got, err := collect(t, flow.Via(l.tracked(in, 2, demand.ErrCompleted), operators.BatchWeighted(4, time.Hour, weight, stage.Name("heavy"))), window)
			var at *stage.Error
			if !errors.As(err, &at) || at.Stage != "heavy" || at.Err.Error() != message || !strings.Contains(err.Error(), `stage "heavy"`) {
				t.Errorf("got error %v", err)
			}
			if fmt.Sprint(got) != "[[2 1](0)]" {
				t.Errorf("got %v", got)
			}
			l.check(t, 2)
		}
	})
	t.Run("skip", func(t *testing.T) {
		for _, window := range []int{1, 256} {
			for _, per := range []int{1, 3, 100} {
				var l ledger
				r, got, err := start(t, flow.Via(l.tracked(in, per, demand.ErrCompleted), operators.BatchWeighted(4, 0, weight, stage.OnError(stage.Skip()), stage.Name("heavy"))), window)
				if err == nil {
					err = r.Wait()
				}
				if err != nil || fmt.Sprint(*got) != "[[2 1 1](0) [2](0) [3](0) [4](0)]" {
					t.Errorf("got %v, error %v", *got, err)
				}
				if s, _ := r.Snapshot().Stage("heavy"); s.Dropped[demand.ReasonSkipped] != 3 || s.Failed != 3 || s.In != 9 {
					t.Errorf("counted %+v", s)
				}
				l.check(t, len(in))
			}
		}
	})
	t.Run("dead letter", func(t *testing.T) {
		var l ledger
		var letters []stage.Letter
		op := operators.BatchWeighted(4, 0, weight, stage.OnError(stage.DeadLetter(sink.Slice(&letters))))
		if _, err := collect(t, flow.Via(l.tracked(in, 4, demand.ErrCompleted), op), 256); err != nil {
			t.Fatal(err)
		}
		var records []string
		for _, l := range letters {
			records = append(records, fmt.Sprint(l.Element, "@", l.Record))
		}
		if fmt.Sprint(records) != "[9@3 -3@5 7@8]" || letters[0].Err.Error() != message {
			t.Errorf("got %v, %v", records, letters)
		}
	})
	t.Run("the first and nothing else", func(t *testing.T) {
		for _, v := range []int{5, -1} {
			got, err := collect(t, flow.Via(flow.From(source.Slice([]int{v})), operators.BatchWeighted(4, 0, weight)), 1)
			if err == nil || len(got) > 0 {
				t.Errorf("of %d: got %v, error %v", v, got, err)
			}
		}
	})
}

// Weights that are large don't overflow, and those of zero do not make a batch
// without an end.
func TestBatchWeightedAtTheEdges(t *testing.T) {
	got, err := flow.Collect(t.Context(), flow.Via(flow.From(source.Range(0, 3)),
		operators.BatchWeighted(math.MaxInt64, 0, func(int) int64 { return math.MaxInt64 - 1 })))
	if err != nil || fmt.Sprint(got) != "[[0] [1] [2]]" {
		t.Errorf("got %v, error %v", got, err)
	}
	got, err = flow.Collect(t.Context(), flow.Via(flow.From(source.Range(0, 7)), operators.BatchWeighted(3, 0, func(int) int64 { return 0 })))
	if err != nil || fmt.Sprint(got) != "[[0 1 2] [3 4 5] [6]]" {
		t.Errorf("got %v, error %v", got, err)
	}
}

// A batch of time is not kept waiting by a slow weight function, longer than for
// the call under way.
func TestBatchWeightedWithASlowFunction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		weight := func(int) int64 { time.Sleep(20 * ms); return 1 }
		got, err := watch(t, flow.Via(flow.From(source.Range(0, 8)), operators.BatchWeighted(100, 70*ms, weight)), 0)
		if err != nil {
			t.Fatal(err)
		}
		wantMoments(t, got, moment{80 * ms, "[0 1 2 3]"}, moment{160 * ms, "[4 5 6 7]"})
	})
}

// A slice that takes long lets go when the patience of who asks runs out.
func TestSlicesLetGoWhenPatienceRunsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		third := func(v int) bool { time.Sleep(10 * ms); return v == 3 }
		slices := flow.Via(flow.From(source.Range(0, 30)), operators.SplitWhen(third, 1000))
		// The batch asks with a patience of 50 ms from the first slice on, at 40.
		got, err := watch(t, flow.Via(slices, operators.Batch[[]int](10, 50*ms)), 0)
		if err != nil || len(got) != 2 || got[0].what != "[[0 1 2]]" || got[0].at > 100*ms {
			t.Errorf("got %v, error %v", got, err)
		}
	})
}

// When time runs out while nobody asks, what was gathered is kept: nothing is lost,
// nothing comes without demand, and nothing is empty.
func TestSlicesWithoutDemand(t *testing.T) {
	for name, op := range map[string]stage.Stage[int, []int]{
		"BatchWeighted": operators.BatchWeighted(10, 25*ms, func(int) int64 { return 1 }),
		"TimeWindow":    operators.TimeWindow[int](25*ms, 10),
		"SessionWindow": operators.SessionWindow[int](5*ms, 10),
	} {
		for _, window := range []int{1, 64} {
			t.Run(fmt.Sprint(name, window), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					in := timeline(demand.ErrCompleted, every(10*ms, 50)...).Via(operators.Async[int](100))
					next := 0
					err := flow.Via(in, op).To(sink.ForEach(func(b []int) error {
						if len(b) == 0 || len(b) > 10 {
							t.Errorf("a slice of %d", len(b))
						}
						for _, v := range b {
							if v != next {
								t.Errorf("got %d, want %d", v, next)
							}
							next = v + 1
						}
						time.Sleep(100 * ms)
						return nil
					}, stage.Window(1, window))).Run(t.Context())
					if err != nil || next != 50 {
						t.Errorf("%d elements, error %v", next, err)
					}
				})
			})
		}
	}
}

// What is gathered when a run is stopped is given up, not handed on.
func TestStopGivesUpSlices(t *testing.T) {
	why := errors.New("stop here")
	never := func(int) bool { return false }
	for name, op := range map[string]stage.Stage[int, []int]{
		"BatchWeighted": operators.BatchWeighted(100, time.Hour, func(int) int64 { return 1 }),
		"SplitWhen":     operators.SplitWhen(never, 100), "SplitAfter": operators.SplitAfter(never, 100),
		"ChunkBy":    operators.ChunkBy(never, 100),
		"TimeWindow": operators.TimeWindow[int](time.Hour, 100), "SessionWindow": operators.SessionWindow[int](time.Hour, 100),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l ledger
				open := flow.Concat(l.tracked(upTo(10), 3, demand.ErrCompleted), timeline(nil))
				r, got, err := start(t, flow.Via(open, op), 1)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute)
				if err := r.Stop(why); !errors.Is(err, why) {
					t.Errorf("stopped with %v", err)
				}
				if len(*got) > 0 {
					t.Errorf("after Stop came %v", *got)
				}
				l.check(t, 0)
				for _, s := range r.Snapshot().Stages {
					if s.Discarded > 0 && s.Discarded != 10 {
						t.Errorf("%s discarded %d of 10", s.Name, s.Discarded)
					}
				}
			})
		})
	}
}

// Drain emits what is held, at once.
func TestDrainEmitsSlices(t *testing.T) {
	for name, op := range map[string]stage.Stage[int, []int]{
		"BatchWeighted": operators.BatchWeighted(100, time.Hour, func(int) int64 { return 1 }),
		"SplitWhen":     operators.SplitWhen(func(int) bool { return false }, 100),
		"TimeWindow":    operators.TimeWindow[int](time.Hour, 100), "SessionWindow": operators.SessionWindow[int](time.Hour, 100),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, got, err := start(t, flow.Via(timeline(nil, 0, 1*ms, 2*ms), op), 1)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				if err := r.Drain(t.Context()); err != nil || fmt.Sprint(*got) != "[[0 1 2](0)]" {
					t.Errorf("got %v, error %v", *got, err)
				}
			})
		})
	}
}
