package flow_test

import (
	"errors"
	"fmt"
	"runtime"
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

func TestMergesOverTime(t *testing.T) {
	type flows = []flow.Flow[string]
	preferred := func(in flows) flow.Flow[string] { return flow.MergePreferred(in[0], in[1:]...) }
	weighted := func(w ...int) func(flows) flow.Flow[string] {
		return func(in flows) flow.Flow[string] { return flow.MergePrioritized(w, in...) }
	}
	race := func(in flows) flow.Flow[string] { return flow.Race(in...) }
	for name, c := range map[string]struct {
		f    func(flows) flow.Flow[string]
		slow int
		in   []string
		want string
	}{
		"the preferred goes first":        {preferred, 2, []string{"------p-q---|", "-(abcde)---|"}, "-a-b-c-p-q-d-e-|"},
		"it starves the others":           {preferred, 1, []string{"-(pqrstuv)|", "--(abc)|", "--(xyz)|"}, "-pqrstuvaxbycz|"},
		"the others take turns":           {preferred, 2, []string{"----p---q---r---|", "-(abc)|", "--(xyz)|"}, "-a-x-p-b-q-y-r-c-z-|"},
		"the preferred ends early":        {preferred, 1, []string{"-p|", "-----(ab)-c|"}, "-p---abc|"},
		"another ends early":              {preferred, 1, []string{"-p---q-|", "---a|"}, "-p-a-q-|"},
		"only the preferred":              {preferred, 1, []string{"-p-q|"}, "-p-q|"},
		"an error of the preferred":       {preferred, 2, []string{"--(pq#)", "-(abcd)|"}, "-a-p-q-#"},
		"an error behind the preferred":   {preferred, 2, []string{"--(pqrs)|", "-(ab#)"}, "-a-p-q-r-s-b-#"},
		"two to one":                      {weighted(2, 1), 1, []string{"-(abcd)|", "--(wxyz)|"}, "-abwcdxyz|"},
		"who has nothing is passed over":  {weighted(2, 2), 2, []string{"-a------(bcd)|", "--(vwxyz)|"}, "-a-v-w-x-y-b-c-z-d-|"},
		"an error of a weighted one":      {weighted(2, 1), 1, []string{"-(abc#)", "--(wxyz)|"}, "-abwc#"},
		"an element wins":                 {race, 0, []string{"---a-b|", "-x---y-|", "--z|"}, "-x---y-|"},
		"an end wins":                     {race, 0, []string{"---a-b|", "--|"}, "--|"},
		"an error wins":                   {race, 0, []string{"---a-b|", "--#"}, "--#"},
		"the winner fails":                {race, 0, []string{"-a--#", "--xyz|"}, "-a--#"},
		"an error of a loser is not seen": {race, 0, []string{"-a----b|", "--#"}, "-a----b|"},
		"losers may never answer":         {race, 0, []string{"-", "--a-b|", "-"}, "--a-b|"},
		"only one":                        {race, 0, []string{"-a|"}, "-a|"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var in flows
				for _, d := range c.in {
					in = append(in, timed(d))
				}
				if got := diagram(t, c.f(in), c.slow); got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
			})
		})
	}
}

// With all that the inputs have in their links, what a merge does is determined:
// the weights hold over elements, whatever is asked for at once and however many
// elements make a read.
func TestMergeChoicesAgainstModels(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(r, "inputs")
		kind := rapid.IntRange(0, 2).Draw(r, "kind")
		window := rapid.IntRange(1, 200).Draw(r, "window")
		capacity := stage.Capacity(100)
		var weights []int
		var items [][]int
		var pers []int
		for i := range n {
			weights = append(weights, rapid.IntRange(1, 7).Draw(r, "weight"))
			size := rapid.IntRange(0, 60).Draw(r, "size")
			items = append(items, nil)
			for v := range size {
				items[i] = append(items[i], 1000*i+v)
			}
			pers = append(pers, rapid.IntRange(1, 20).Draw(r, "reads of"))
		}
		bad := ""
		synctest.Test(t, func(t *testing.T) {
			var sources []*stagetest.Committing[int]
			var flows []flow.Flow[int]
			for i := range n {
				sources = append(sources, stagetest.NewCommitting(t, items[i], pers[i]))
				flows = append(flows, flow.From(sources[i]))
			}
			f, lost := flow.Flow[int]{}, 0
			want := slices.Concat(items...)
			switch kind {
			case 0:
				f = flow.MergePreferredWith(flows[0], flows[1:], capacity)
			case 1:
				f, want = flow.MergePrioritizedWith(weights, flows, capacity), inTurns(weights, items)
			case 2:
				f, want = flow.RaceWith(flows, capacity), items[0]
				lost = len(slices.Concat(items[1:]...))
			}
			var got []int
			p := filled(f).To(sink.ForEach(func(v int) error { got = append(got, v); return nil }, stage.Window(1, window)))
			run, err := p.Start(t.Context())
			if err == nil {
				err = run.Wait()
			}
			if kind == 0 { // the preferred one first, and of the others each in order
				rest := got[min(len(items[0]), len(got)):]
				slices.SortStableFunc(rest, func(a, b int) int { return a/1000 - b/1000 })
			}
			if err != nil || !slices.Equal(got, want) {
				bad = fmt.Sprintf("got %v, want %v, error %v", got, want, err)
				return
			}
			discarded := int64(0)
			for _, s := range run.Snapshot().Stages {
				discarded += s.Discarded
			}
			if discarded != int64(lost) {
				bad = fmt.Sprintf("%d elements are counted as discarded, want %d", discarded, lost)
			}
			for i, s := range sources {
				if kind == 2 && i > 0 {
					s.ExpectCommitted(0)
					for _, read := range s.Reads() {
						if read.Settlement.Outcome != demand.Abandoned {
							bad = fmt.Sprint("a read of an input that lost ended ", read.Settlement.Outcome)
						}
					}
					continue
				}
				s.ExpectCommitted(len(items[i]))
			}
		})
		if bad != "" {
			r.Fatal(bad)
		}
	})
}

// inTurns is what comes of inputs that are all there from the start.
func inTurns(weights []int, items [][]int) (out []int) {
	items = slices.Clone(items)
	for left := len(slices.Concat(items...)); left > 0; {
		for i, w := range weights {
			n := min(w, len(items[i]))
			out = append(out, items[i][:n]...)
			items[i] = items[i][n:]
			left -= n
		}
	}
	return out
}

// choices are the merges that must behave like Merge.
var choices = map[string]func(...flow.Flow[int]) flow.Flow[int]{
	"Merge":          flow.Merge[int],
	"MergePreferred": func(in ...flow.Flow[int]) flow.Flow[int] { return flow.MergePreferred(in[0], in[1:]...) },
	"MergePrioritized": func(in ...flow.Flow[int]) flow.Flow[int] {
		weights := make([]int, len(in))
		for i := range weights {
			weights[i] = 1 + 3*i
		}
		return flow.MergePrioritized(weights, in...)
	},
}

// Everything comes once, each input in order, on any number of processors, over
// links of its own and of others.
func TestMergeChoicesLoseNothing(t *testing.T) {
	for name, merge := range choices {
		for _, procs := range []int{1, 2, 8} {
			t.Run(fmt.Sprint(name, " on ", procs), func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				for i := range 20 {
					const n = 500
					var flows []flow.Flow[int]
					var sources []*stagetest.Committing[int]
					for j := range 4 {
						src := stagetest.NewCommitting(t, slices.Collect(func(yield func(int) bool) {
							for v := range n {
								if !yield(n*j + v) {
									return
								}
							}
						}), 1+7*j+i)
						f := flow.From(src)
						if j%2 == 1 {
							f = f.Via(operators.Async[int](1 + i))
						}
						flows, sources = append(flows, f), append(sources, src)
					}
					next := make([]int, 4)
					err := merge(flows...).To(sink.ForEach(func(v int) error {
						if v%n != next[v/n] {
							return fmt.Errorf("input %d gave %d, want %d", v/n, v%n, next[v/n])
						}
						next[v/n]++
						return nil
					}, stage.Window(1, 1+i*i))).Run(t.Context())
					if err != nil || !slices.Equal(next, []int{n, n, n, n}) {
						t.Fatalf("got %v, error %v", next, err)
					}
					for _, s := range sources {
						s.ExpectCommitted(n)
					}
				}
			})
		}
	}
}

// However it ends, no read is forgotten, and none is done before its elements
// were delivered.
func TestMergeChoicesEndEarly(t *testing.T) {
	boom := errors.New("boom")
	all := map[string]func(...flow.Flow[int]) flow.Flow[int]{"Race": flow.Race[int]}
	for name, merge := range choices {
		all[name] = merge
	}
	for name, merge := range all {
		for _, procs := range []int{1, 2, 8} {
			t.Run(fmt.Sprint(name, " on ", procs), func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				for i := range 40 {
					n, at := 300, 7*i
					var items []int
					for v := range n {
						items = append(items, v)
					}
					a, b := stagetest.NewCommitting(t, items, 1+i), stagetest.NewCommitting(t, items, 3)
					fa, fb := flow.From(a), flow.From(b)
					fails := func(f flow.Flow[int]) flow.Flow[int] {
						return flow.Via(f, operators.MapErr(func(v int) (int, error) {
							if v == at {
								return 0, boom
							}
							return v, nil
						}))
					}
					mode, got := i%4, 0
					switch mode {
					case 0:
						fa = fails(fa)
					case 1:
						fb = fails(fb)
					}
					f := merge(fa, fb)
					if mode == 2 {
						f = f.Via(operators.Take[int](at))
					}
					err := f.To(sink.ForEach(func(int) error {
						if mode == 3 && got == at {
							return boom
						}
						got++
						return nil
					})).Run(t.Context())
					a.ExpectSettled()
					b.ExpectSettled()
					if done := a.Committed() + b.Committed(); done > got {
						t.Fatalf("mode %d: %d elements are committed, %d were delivered", mode, done, got)
					}
					switch {
					case mode == 2 && err != nil, mode == 3 && !errors.Is(err, boom), name != "Race" && mode < 2 && !errors.Is(err, boom):
						t.Fatalf("mode %d: error %v", mode, err)
					}
				}
			})
		}
	}
}

// An error or the end of one input at each moment, and what becomes of the other.
func TestMergeChoicesCancelTheOthers(t *testing.T) {
	boom := errors.New("boom")
	for name, merge := range choices {
		for bad := range 2 {
			t.Run(fmt.Sprint(name, " ", bad), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					src := []*stagetest.Source[int]{stagetest.NewSource[int](t, stage.Name("a")), stagetest.NewSource[int](t, stage.Name("b"))}
					snk := stagetest.NewSink[int](t)
					r, err := merge(flow.From(src[0]), flow.From(src[1])).To(snk).Start(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					snk.Request(9)
					src[bad].Send(1, 2)
					src[bad].Fail(boom)
					snk.Expect(1, 2)
					snk.ExpectError(boom)
					if cause := src[1-bad].ExpectCancel(); !errors.Is(cause, boom) {
						t.Errorf("the other was cancelled with %v", cause)
					}
					var at *stage.Error
					if err := r.Wait(); !errors.As(err, &at) || at.Stage != []string{"a", "b"}[bad] {
						t.Errorf("got %v", err)
					}
				})
			})
		}
	}
}

// Who has lost is told at once, also where it waits in a read above a link of its
// own, and the run goes on.
func TestRaceCancelsTheOthersAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		won, quiet, linked, sent := stagetest.NewSource[int](t), stagetest.NewSource[int](t), stagetest.NewSource[int](t), stagetest.NewSource[int](t)
		snk := stagetest.NewSink[int](t)
		f := flow.Race(flow.From(won), flow.From(quiet), flow.From(linked).Via(operators.Async[int](4)), flow.From(sent))
		r, err := f.To(snk).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		snk.Request(9)
		won.Send(1)
		snk.Expect(1)
		for i, src := range []*stagetest.Source[int]{quiet, linked, sent} {
			if cause := src.ExpectCancel(); cause != demand.ErrEnough {
				t.Errorf("input %d was cancelled with %v", i+1, cause)
			}
		}
		time.Sleep(time.Hour)
		won.Send(2, 3)
		snk.Expect(2, 3)
		won.Complete()
		snk.ExpectComplete()
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// Who has enough of a merge tells its inputs at once, and the run goes on.
func TestMergeChoicesHaveEnough(t *testing.T) {
	for name, merge := range choices {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, quiet, linked, next := stagetest.NewSource[int](t), stagetest.NewSource[int](t), stagetest.NewSource[int](t), stagetest.NewSource[int](t)
				snk := stagetest.NewSink[int](t)
				f := merge(flow.From(a), flow.From(quiet), flow.From(linked).Via(operators.Async[int](4)))
				r, err := flow.Concat(f.Via(operators.Take[int](1)), flow.From(next)).To(snk).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				snk.Request(9)
				a.Send(1)
				snk.Expect(1)
				for _, src := range []*stagetest.Source[int]{a, quiet, linked} {
					if cause := src.ExpectCancel(); cause != demand.ErrEnough {
						t.Errorf("cancelled with %v", cause)
					}
				}
				next.Send(2)
				snk.Expect(2)
				next.Complete()
				snk.ExpectComplete()
				if err := r.Wait(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// A race between the branches of a fan-out: the hub goes on for the winner.
func TestRaceOfBranches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		two := flow.Broadcast(flow.From(source.Range(0, 1000)), 2, stage.Capacity(8))
		late := two[0].Via(operators.Delay[int](time.Second, 1))
		got, err := flow.Collect(t.Context(), flow.Race(late, two[1]))
		if err != nil || len(got) != 1000 || !slices.IsSorted(got) {
			t.Errorf("%d elements, error %v", len(got), err)
		}
	})
}

func TestRaceDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := stagetest.NewSource[int](t), stagetest.NewSource[int](t)
		r, err := flow.Race(flow.From(a), flow.From(b)).To(sink.Discard[int]()).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := r.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A turn that is longer than what is asked for goes on in the next request.
func TestMergePrioritizedKeepsItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := flow.MergePrioritized([]int{5, 1}, timed("(aaaaaaa)|"), timed("(bbbbbbb)|"))
		if got := diagram(t, filled(f), 0); got != "-(aaaaabaabbbbbb|)" {
			t.Errorf("got %s", got)
		}
	})
}

// The slice of weights is the caller's, and a flow runs many times.
func TestMergePrioritizedCopiesItsWeights(t *testing.T) {
	weights := []int{2, 1}
	f := flow.MergePrioritized(weights, timed("(ab)|"), timed("(xy)|"))
	weights[0] = 1
	for range 3 {
		synctest.Test(t, func(t *testing.T) {
			if got := diagram(t, filled(f), 0); got != "-(abxy|)" {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestMergeChoicesBadArguments(t *testing.T) {
	ok := flow.From(source.Range(0, 3))
	for want, f := range map[string]flow.Flow[int]{
		`stage "mergeprioritized": 1 weights are given for 2 flows`:                              flow.MergePrioritized([]int{1}, ok, ok),
		`stage "mergeprioritized": weight must be from 1 to the capacity of a link, 1024, is 0`:  flow.MergePrioritized([]int{1, 0}, ok, ok),
		`stage "mergeprioritized": weight must be from 1 to the capacity of a link, 1024, is -3`: flow.MergePrioritized([]int{-3}, ok),
		`stage "mergeprioritized": weight must be from 1 to the capacity of a link, 8, is 9`:     flow.MergePrioritizedWith([]int{9}, []flow.Flow[int]{ok}, stage.Capacity(8)),
		`stage "mergeprioritized": number of flows must be at least 1, is 0`:                     flow.MergePrioritized[int](nil),
		`stage "race": number of flows must be at least 1, is 0`:                                 flow.Race[int](),
		`stage "first": option Workers is not one that Race takes`:                               flow.RaceWith([]flow.Flow[int]{ok}, stage.Workers(2), stage.Name("first")),
		`stage "mergepreferred": option Unordered is not one that MergePreferred takes`:          flow.MergePreferredWith(ok, nil, stage.Unordered()),
		`has no source`: flow.MergePreferred(flow.Flow[int]{}, ok),
	} {
		if _, err := flow.Collect(t.Context(), f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
