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

	"github.com/google/go-cmp/cmp"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// combines are the three ways to combine by the latest element.
func combines[A, B, C any](a flow.Flow[A], b flow.Flow[B], fn func(A, B) C, opts ...stage.Option) map[string]flow.Flow[C] {
	return map[string]flow.Flow[C]{
		"CombineLatest":  flow.CombineLatest(a, b, fn, opts...),
		"ZipLatest":      flow.ZipLatest(a, b, fn, opts...),
		"WithLatestFrom": flow.WithLatestFrom(a, b, fn, opts...),
	}
}

func TestLatestOverTime(t *testing.T) {
	both := func(a, b string) string { return a + b }
	for name, c := range map[string]struct {
		a, b string
		slow int
		want [3]string // CombineLatest, ZipLatest, WithLatestFrom
	}{
		"by turns": {"-a---c-----|", "---b---d-----|", 0, [3]string{
			"---[ab]-[cb]-[cd]-----|", "---[ab]-[cb]-[cd]---|", "---[ab]-[cb]-----|"}},
		"all of a first": {"-ab-c|", "-------xy-|", 0, [3]string{
			"-------[cx][cy]-|", "-----|", "-------([ax][bx][cx]|)"}},
		"all of b first": {"-------ab-|", "-xy-z|", 0, [3]string{
			"-------[az][bz]-|", "-----|", "-------[az][bz]-|"}},
		"a is empty":         {"--|", "-x---y|", 0, [3]string{"--|", "--|", "--|"}},
		"b is empty":         {"-a---b|", "--|", 0, [3]string{"--|", "--|", "--|"}},
		"both are empty":     {"-|", "---|", 0, [3]string{"-|", "-|", "-|"}},
		"a is empty, late":   {"-------|", "-x|", 0, [3]string{"-------|", "--|", "-------|"}},
		"b is empty, late":   {"-a|", "-------|", 0, [3]string{"-------|", "--|", "-------|"}},
		"an error of a":      {"-a---c-#", "---b-----d-|", 0, [3]string{"---[ab]-[cb]-#", "---[ab]-[cb]-#", "---[ab]-[cb]-#"}},
		"an error of b":      {"-a-----c-|", "---b-#", 0, [3]string{"---[ab]-#", "---[ab]-#", "---[ab]-#"}},
		"an error at once":   {"-#", "---b-|", 0, [3]string{"-#", "-#", "-#"}},
		"an error, no other": {"-a-", "---#", 0, [3]string{"---#", "---#", "---#"}},
		"a slow sink": {"-(abc)-----------|", "--(xy)-------------|", 2, [3]string{
			// The sink asks at odd frames; what comes in between waits, and nothing is lost.
			"--[cx]-[cy]-----------|", "--[cx]-[cy]--------|", "--[ay]-[by]-[cy]------|"}},
		"a slow sink, later": {"-a-----(bcd)-----|", "--x-----y-----|", 3, [3]string{
			"--[ax]----[bx]--[by]--[cy]--[dy]--|", "--[ax]----[bx]--[by]--[cy]--|", "--[ax]----[bx]--[cy]--[dy]--|"}},
	} {
		for i, kind := range []string{"CombineLatest", "ZipLatest", "WithLatestFrom"} {
			t.Run(name+", "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := combines(timed(c.a), timed(c.b), both)[kind]
					if got := diagram(t, f, c.slow); got != c.want[i] {
						t.Errorf("got %s, want %s", got, c.want[i])
					}
				})
			})
		}
	}
}

// index is a result: which element of each flow it was made of.
type index struct{ a, b int }

// settledOf reports that the read with element i has settled.
func settledOf(s *stagetest.Committing[int], i int) bool {
	for _, r := range s.Reads() {
		if i >= r.First && i < r.First+r.N {
			return r.Settled > 0
		}
	}
	return false
}

// Whatever the order in which elements come, what comes out is a walk through both
// flows, a step of one of them at a time. No read has settled when something that
// was made of it comes, and in the end each has settled once.
func TestLatestIsAWalk(t *testing.T) {
	for _, kind := range []string{"CombineLatest", "ZipLatest", "WithLatestFrom"} {
		for _, procs := range []int{1, 2, 8} {
			t.Run(fmt.Sprint(kind, " on ", procs), func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				for i := range 40 {
					na, nb := []int{0, 1, 7, 100, 250}[i%5], []int{300, 1, 0, 40}[i%4]
					a, b := stagetest.NewCommitting(t, upTo(na), 1+i%9), stagetest.NewCommitting(t, upTo(nb), 1+i%4)
					fa, fb := flow.From(a), flow.From(b)
					if i%3 == 0 {
						fa = fa.Via(operators.Async[int](1 + i%7))
					}
					jitter := func(v int) int {
						if v%13 == i%13 {
							runtime.Gosched()
						}
						return v
					}
					fa, fb = flow.Via(fa, operators.Map(jitter)), flow.Via(fb, operators.Map(jitter))
					f := combines(fa, fb, func(a, b int) index { return index{a, b} }, stage.Capacity(1+i%50))[kind]
					var walk []index
					r, err := f.To(sink.ForEach(func(p index) error {
						if settledOf(a, p.a) || settledOf(b, p.b) {
							return fmt.Errorf("a read of %v has settled", p)
						}
						walk = append(walk, p)
						return nil
					}, stage.Window(1, 1+i*i))).Start(t.Context())
					if err == nil {
						err = r.Wait()
					}
					if err != nil {
						t.Fatal(err)
					}
					a.ExpectSettled()
					b.ExpectSettled()
					st, _ := r.Snapshot().Stage(strings.ToLower(kind))
					check := map[string]func([]index, int, int, int64) string{
						"CombineLatest": walkOfBoth, "ZipLatest": walkOfEither, "WithLatestFrom": walkOfMain,
					}[kind]
					if bad := check(walk, na, nb, st.Dropped[operators.ReasonSuperseded]); bad != "" {
						t.Fatalf("%d and %d: %s: %v, dropped %v", na, nb, bad, walk, st.Dropped)
					}
					if len(walk) == 0 {
						continue
					}
					last, da, db := walk[len(walk)-1], a.Committed(), b.Committed()
					switch {
					case kind == "CombineLatest" && (da != na || db != nb),
						kind == "ZipLatest" && (da > na || db > nb || last.a == na-1 && last.b == nb-1 && (da != na || db != nb)),
						kind == "WithLatestFrom" && (da != na || db > nb):
						t.Fatalf("%d of %d and %d of %d are committed, up to %v", da, na, db, nb, last)
					}
				}
			})
		}
	}
}

func upTo(n int) (out []int) {
	for v := range n {
		out = append(out, v)
	}
	return out
}

// steps checks a walk step by step.
func steps(walk []index, dropped int64) string {
	for i, p := range walk {
		switch {
		case i == 0 && p.a > 0 && p.b > 0:
			return "it begins with the first of neither"
		case i == 0 && int(dropped) != p.a+p.b:
			return "not all are counted that were passed over"
		case i > 0 && (p.a-walk[i-1].a)+(p.b-walk[i-1].b) != 1, i > 0 && p.a < walk[i-1].a, i > 0 && p.b < walk[i-1].b:
			return fmt.Sprintf("%v is not a step behind %v", p, walk[i-1])
		}
	}
	return ""
}

func walkOfBoth(walk []index, na, nb int, dropped int64) string {
	switch bad := steps(walk, dropped); {
	case bad != "":
		return bad
	case na == 0 || nb == 0:
		if len(walk) > 0 {
			return "something was made of nothing"
		}
	case len(walk) == 0 || walk[len(walk)-1] != index{na - 1, nb - 1}:
		return "it does not go to the end"
	}
	return ""
}

func walkOfEither(walk []index, na, nb int, dropped int64) string {
	switch bad := steps(walk, dropped); {
	case bad != "":
		return bad
	case len(walk) > 0:
		if last := walk[len(walk)-1]; last.a != na-1 && last.b != nb-1 {
			return "it ends although neither has"
		}
	}
	return ""
}

func walkOfMain(walk []index, na, nb int, dropped int64) string {
	want, skipped := na, 0
	if nb == 0 {
		want = 0
	}
	if len(walk) != want {
		return fmt.Sprintf("%d came of %d", len(walk), want)
	}
	for i, p := range walk {
		before := -1
		if i > 0 {
			before = walk[i-1].b
		}
		if p.a != i || p.b < before || p.b >= nb {
			return fmt.Sprintf("%v comes behind %v", p, walk[max(0, i-1)])
		}
		skipped += max(0, p.b-before-1)
	}
	if int(dropped) < skipped || int(dropped) > nb {
		return fmt.Sprintf("%d were passed over", skipped)
	}
	return ""
}

// The read of an element is open while that is the latest, and let go of when the
// next one takes its place.
func TestLatestLetsGoOfWhatIsReplaced(t *testing.T) {
	const n = 50
	for _, kind := range []string{"CombineLatest", "ZipLatest", "WithLatestFrom"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b := stagetest.NewCommitting(t, upTo(n), 1), stagetest.NewCommitting(t, []int{0, 1}, 1)
				slow := flow.Via(flow.From(b), operators.Map(func(v int) int { time.Sleep(time.Duration(1000*v) * frame); return v }))
				ticks := flow.Via(flow.From(a), operators.Map(func(v int) int { time.Sleep(frame); return v }))
				f := combines(ticks, slow, func(a, b int) index { return index{a, b} })[kind]
				err := f.To(sink.ForEach(func(p index) error {
					if p.a > 1 && p.a < n-1 && (!settledOf(a, p.a-2) || settledOf(b, 0)) {
						return fmt.Errorf("at %v, what is replaced is held: %t, what is not is let go of: %t", p, !settledOf(a, p.a-2), settledOf(b, 0))
					}
					return nil
				}, stage.Window(1, 1))).Run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				a.ExpectCommitted(n)
				b.ExpectCommitted(map[string]int{"CombineLatest": 2, "ZipLatest": 1, "WithLatestFrom": 1}[kind])
			})
		})
	}
}

// However it ends early, nothing is forgotten, and what is committed was
// delivered.
func TestLatestEndsEarly(t *testing.T) {
	boom := errors.New("boom")
	for _, kind := range []string{"CombineLatest", "ZipLatest", "WithLatestFrom"} {
		for _, procs := range []int{1, 2, 8} {
			t.Run(fmt.Sprint(kind, " on ", procs), func(t *testing.T) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
				for i := range 100 {
					n, at := 200, 3*(i/5)
					a, b := stagetest.NewCommitting(t, upTo(n), 1+i%7), stagetest.NewCommitting(t, upTo(n), 1+i%3)
					fails := func(f flow.Flow[int]) flow.Flow[int] {
						return flow.Via(f, operators.MapErr(func(v int) (int, error) {
							if v == at {
								return 0, boom
							}
							return v, nil
						}))
					}
					fa, fb := flow.From(a), flow.From(b)
					mode := i % 5
					switch mode {
					case 0:
						fa = fails(fa)
					case 1:
						fb = fails(fb)
					}
					calls := 0
					f := combines(fa, fb, func(a, b int) index {
						if calls++; mode == 2 && calls == at {
							panic(boom)
						}
						return index{a, b}
					})[kind]
					if mode == 3 {
						f = f.Via(operators.Take[index](at))
					}
					last := index{-1, -1}
					r, err := f.To(sink.ForEach(func(p index) error {
						if mode == 4 && p.a >= at {
							return boom
						}
						last = p
						return nil
					}, stage.Window(1, 1+i))).Start(t.Context())
					if err == nil {
						err = r.Wait()
					}
					a.ExpectSettled()
					b.ExpectSettled()
					if da, db := a.Committed(), b.Committed(); da > last.a+1+dropped(r) || db > last.b+1+dropped(r) {
						t.Fatalf("mode %d: %d and %d are committed, %v was the last, %d dropped", mode, da, db, last, dropped(r))
					}
					var panicked *stage.PanicError
					if err != nil && !errors.Is(err, boom) || mode == 2 && err != nil && !errors.As(err, &panicked) || mode == 3 && err != nil || mode < 1 && kind != "ZipLatest" && err == nil {
						t.Fatalf("mode %d: error %v", mode, err)
					}
				}
			})
		}
	}
}

func dropped(r *flow.Running) (n int) {
	for _, s := range r.Snapshot().Stages {
		n += int(s.DroppedTotal())
	}
	return n
}

// The end, an error or a cancel of one side, before and after the other has given
// something, reaches the other at once, with the right cause.
func TestLatestTellsTheOtherSide(t *testing.T) {
	boom := errors.New("boom")
	type probes = [2]*stagetest.Source[int]
	for _, kind := range []string{"CombineLatest", "ZipLatest", "WithLatestFrom"} {
		for side := range 2 {
			for given := range 3 { // 0: neither, 1: this side, 2: both
				for _, end := range []error{boom, demand.ErrCompleted} {
					t.Run(fmt.Sprint(kind, " ", side, " ", given, " ", end), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							src := probes{stagetest.NewSource[int](t, stage.Name("0")), stagetest.NewSource[int](t, stage.Name("1"))}
							snk := stagetest.NewSink[index](t, cmp.AllowUnexported(index{}))
							f := combines(flow.From(src[0]), flow.From(src[1]), func(a, b int) index { return index{a, b} })[kind]
							r, err := f.To(snk).Start(t.Context())
							if err != nil {
								t.Fatal(err)
							}
							snk.Request(9)
							if given > 0 {
								src[side].Send(7)
							}
							if given > 1 {
								src[1-side].Send(7)
								snk.Expect(index{7, 7})
							}
							synctest.Wait()
							if end == boom {
								src[side].Fail(boom)
							} else {
								src[side].Complete()
							}
							synctest.Wait()
							if kind == "WithLatestFrom" && side == 0 && given == 1 { // its element waits, and its end behind it
								src[1].Send(8)
								snk.Expect(index{7, 8})
							}
							ends := end == boom || kind == "ZipLatest" || kind == "WithLatestFrom" && side == 0 || given == 0
							if !ends { // the other goes on
								src[1-side].Send(8)
								switch {
								case kind == "WithLatestFrom", kind == "CombineLatest" && side == 1:
									snk.Expect(index{8, 7})
								default:
									snk.Expect(index{7, 8})
								}
								src[1-side].Complete()
								snk.ExpectComplete()
								if err := r.Wait(); err != nil {
									t.Error(err)
								}
								return
							}
							cause := src[1-side].ExpectCancel()
							if end == boom {
								snk.ExpectError(boom)
								if !errors.Is(cause, boom) {
									t.Errorf("cancelled with %v", cause)
								}
								var at *stage.Error
								if err := r.Wait(); !errors.As(err, &at) || at.Stage != fmt.Sprint(side) {
									t.Errorf("got %v", err)
								}
								return
							}
							snk.ExpectComplete()
							if err := r.Wait(); err != nil || cause != demand.ErrEnough {
								t.Errorf("got %v, cancelled with %v", err, cause)
							}
						})
					})
				}
			}
		}
	}
}

// The other side ends while the run goes on, also where it waits in a read.
func TestLatestCancelsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, kind := range []string{"ZipLatest", "WithLatestFrom"} {
			main, other, next := stagetest.NewSource[int](t), stagetest.NewSource[int](t), stagetest.NewSource[int](t)
			snk := stagetest.NewSink[int](t)
			f := combines(flow.From(main), flow.From(other), func(a, b int) int { return a + b })[kind]
			r, err := flow.Concat(f, flow.From(next)).To(snk).Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			snk.Request(9)
			main.Send(1)
			other.Send(10)
			snk.Expect(11)
			main.Complete()
			if cause := other.ExpectCancel(); cause != demand.ErrEnough {
				t.Errorf("%s: cancelled with %v", kind, cause)
			}
			next.Send(5)
			snk.Expect(5)
			next.Complete()
			snk.ExpectComplete()
			if err := r.Wait(); err != nil {
				t.Error(err)
			}
		}
	})
}

// What has enough below cancels both, and what was delivered is committed.
func TestLatestHasEnough(t *testing.T) {
	for _, kind := range []string{"CombineLatest", "ZipLatest", "WithLatestFrom"} {
		synctest.Test(t, func(t *testing.T) {
			a, b := stagetest.NewCommitting(t, upTo(100), 1), stagetest.NewCommitting(t, []int{5}, 1)
			f := combines(flow.From(a), flow.From(b), func(a, b int) index { return index{a, b} })[kind]
			got, err := flow.Collect(t.Context(), f.Via(operators.Take[index](1)))
			if err != nil || kind == "WithLatestFrom" && (len(got) != 1 || got[0] != index{0, 5}) {
				t.Fatalf("%s: got %v, %v", kind, got, err)
			}
			a.ExpectSettled()
			b.ExpectSettled()
			if kind == "WithLatestFrom" {
				a.ExpectCommitted(1)
				b.ExpectCommitted(1)
			}
		})
	}
}

// What main gets is what other has by now: its link is emptied first, also while
// main is quiet, and while main has more than is asked for.
func TestWithLatestFromIsUpToDate(t *testing.T) {
	both := func(a string, b int) string { return fmt.Sprint(a, b) }
	t.Run("while main is quiet", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := flow.WithLatestFrom(timed("---------a|"), flow.From(source.Range(0, 5000)), both, stage.Capacity(4))
			if got := diagram(t, f, 0); got != "---------[a4999]|" {
				t.Errorf("got %s", got)
			}
		})
	})
	t.Run("while downstream is slow", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ticks := flow.Via(flow.From(source.Range(0, 100)), operators.Map(func(v int) int { time.Sleep(frame); return v }))
			f := flow.WithLatestFrom(timed("-(ab)|"), ticks, both)
			// Tick v comes at v+1; main is asked at 1 and at 11½.
			late := flow.Via(f, operators.Map(func(s string) string { time.Sleep(frame / 2); return s }))
			got, err := flow.Collect(t.Context(), flow.Via(late, operators.Map(func(s string) string { time.Sleep(10 * frame); return s })))
			if err != nil || !slices.Equal(got, []string{"a0", "b10"}) {
				t.Errorf("got %v, error %v", got, err)
			}
		})
	})
	t.Run("one that never ends does not keep main waiting", func(t *testing.T) {
		got, err := flow.Collect(t.Context(), flow.WithLatestFrom(flow.From(source.Range(0, 1000)), flow.From(source.Range(0, 1<<60)), func(a, _ int) int { return a }))
		if err != nil || len(got) != 1000 {
			t.Errorf("%d elements, error %v", len(got), err)
		}
	})
	t.Run("nor does it when it gives the elements of main", func(t *testing.T) {
		got, err := flow.Collect(t.Context(), flow.CombineLatest(flow.From(source.Range(0, 1<<60)), flow.From(source.Range(0, 10)), func(_, b int) int { return b }).Via(operators.TakeUntil(func(b int) bool { return b == 9 })))
		if err != nil || !slices.IsSorted(got) || got[len(got)-1] != 9 {
			t.Errorf("got up to %v, error %v", got[max(0, len(got)-1):], err)
		}
	})
}

// A flow that gives without end, while the other is quiet, is heard of as dropped,
// and stops when the run does.
func TestLatestOfAQuietFlow(t *testing.T) {
	for _, kind := range []string{"CombineLatest", "ZipLatest", "WithLatestFrom"} {
		quiet := flow.From(source.Chan(make(chan int)))
		f := combines(quiet, flow.From(source.Range(0, 1<<60)), func(a, b int) int { return a + b })[kind]
		r, err := f.To(sink.Discard[int]()).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for dropped(r) == 0 {
			time.Sleep(time.Millisecond)
		}
		boom := errors.New("boom")
		if err := r.Stop(boom); !errors.Is(err, boom) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestLatestHeedsPatience(t *testing.T) {
	for _, kind := range []string{"CombineLatest", "ZipLatest", "WithLatestFrom"} {
		synctest.Test(t, func(t *testing.T) {
			a, b := stagetest.NewSource[int](t), stagetest.NewSource[int](t)
			begun := time.Now()
			var got []string
			batches := flow.Via(combines(flow.From(a), flow.From(b), func(a, b int) int { return a + b })[kind], operators.Batch[int](10, time.Second))
			r, err := batches.To(sink.ForEach(func(b []int) error {
				got = append(got, fmt.Sprint(b, time.Since(begun)))
				return nil
			})).Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			b.Send(10)
			a.Send(1)
			time.Sleep(90 * time.Second)
			a.Send(2)
			synctest.Wait()
			a.Complete()
			b.Complete()
			if err := r.Wait(); err != nil || !slices.Equal(got, []string{"[11] 1s", "[12] 1m30s"}) {
				t.Errorf("%s: batches %v, error %v", kind, got, err)
			}
		})
	}
}

// A slow function is called for one element at a time, and nothing that it made
// waits behind the next.
func TestLatestNothingWaitsBehindAChunk(t *testing.T) {
	const from, nap = 2000, 10 * time.Millisecond
	for _, kind := range []string{"CombineLatest", "WithLatestFrom"} {
		synctest.Test(t, func(t *testing.T) {
			f := combines(flow.From(source.Range(0, from+20)), flow.From(source.Slice([]int{0})), func(a, b int) int {
				if a >= from {
					time.Sleep(nap)
				}
				return a
			})[kind]
			at := arrivals(t, filled(f))
			for i, d := range at {
				k := i - (len(at) - 20)
				if want := frame + time.Duration(k+1)*nap; k >= 0 && d > want+nap/2 {
					t.Fatalf("%s: element %d came after %s, want about %s", kind, i, d, want)
				}
			}
		})
	}
}

// A branch that holds back more than the links beside it take: the stall names the
// operator and the link.
func TestLatestStalls(t *testing.T) {
	two := flow.Broadcast(flow.From(source.Range(0, 10_000)), 2, stage.Capacity(8), stage.Name("fork"))
	held := flow.Via(flow.Via(two[1], operators.Batch[int](5000, 0)), operators.Map(func(b []int) int { return b[0] }))
	_, err := flow.Collect(t.Context(), flow.WithLatestFrom(two[0], held, func(a, b int) int { return a - b }, stage.Name("join")))
	if !errors.Is(err, flow.ErrStalled) || !strings.Contains(err.Error(), `elements from link "join"`) || !strings.Contains(err.Error(), `"fork/0"`) {
		t.Errorf("got %v", err)
	}
}

// Where the latest comes of a source that keeps no account, a result is known by
// the record of main's element.
func TestWithLatestFromKeepsRecords(t *testing.T) {
	src := stagetest.NewCommitting(t, upTo(20), 3)
	f := flow.WithLatestFrom(flow.From(src), flow.From(source.Slice([]int{100})), func(a, b int) int { return a + b })
	n := 0
	err := f.To(stage.NewSink(stage.Meta{Kind: "records"}, func(*stage.Runtime) stage.Writer[int] {
		return positions(func(v int, p demand.Position) {
			if n++; p.Record != int64(v-100+1) {
				t.Errorf("%d is of record %d", v, p.Record)
			}
		})
	})).Run(t.Context())
	if err != nil || n != 20 {
		t.Errorf("%d elements, error %v", n, err)
	}
	src.ExpectCommitted(20)
}

type positions func(v int, p demand.Position)

func (f positions) Write(in *demand.Chunk[int]) error {
	for i, v := range in.Items() {
		f(v, in.Position(i))
	}
	in.Advance(in.Len())
	return nil
}
func (positions) Flush() error      { return nil }
func (positions) Close(error) error { return nil }

func TestLatestBadArguments(t *testing.T) {
	ok := flow.From(source.Range(0, 3))
	for name, f := range combines[int, int, int](ok, ok, nil) {
		want := fmt.Sprintf("stage %q: function must not be nil", strings.ToLower(name))
		if _, err := flow.Collect(t.Context(), f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	sum := func(a, b int) int { return a + b }
	for name, f := range combines(ok, ok, sum, stage.Workers(2)) {
		if _, err := flow.Collect(t.Context(), f); err == nil || !strings.Contains(err.Error(), "option Workers is not one that "+name+" takes") {
			t.Errorf("got %v", err)
		}
	}
	for _, f := range combines(flow.Flow[int]{}, ok, sum) {
		if _, err := flow.Collect(t.Context(), f); err == nil || !strings.Contains(err.Error(), "has no source") {
			t.Errorf("got %v", err)
		}
	}
}

// Both sides may come of the same reads: each settles once, when both are done
// with it.
func TestLatestOfBranches(t *testing.T) {
	for _, kind := range []string{"CombineLatest", "ZipLatest", "WithLatestFrom"} {
		for i := range 30 {
			const n = 300
			src := stagetest.NewCommitting(t, upTo(n), 1+i)
			two := flow.Broadcast(flow.From(src), 2, stage.Capacity(1+i%9))
			f := combines(two[0], two[1].Via(operators.Async[int](1+i%5)), func(a, b int) index { return index{a, b} })[kind]
			var walk []index
			r, err := f.To(sink.ForEach(func(p index) error {
				if settledOf(src, p.a) || settledOf(src, p.b) {
					return fmt.Errorf("a read of %v has settled", p)
				}
				walk = append(walk, p)
				return nil
			}, stage.Window(1, 1+i))).Start(t.Context())
			if err == nil {
				err = r.Wait()
			}
			if err != nil {
				t.Fatal(err)
			}
			st, _ := r.Snapshot().Stage(strings.ToLower(kind))
			var bad string
			lost := st.Dropped[operators.ReasonSuperseded]
			switch kind {
			case "CombineLatest":
				bad = walkOfBoth(walk, n, n, lost)
				src.ExpectCommitted(n)
			case "ZipLatest":
				bad = walkOfEither(walk, n, n, lost)
				src.ExpectSettled()
			default:
				bad = walkOfMain(walk, n, n, lost)
				src.ExpectSettled()
			}
			if bad != "" {
				t.Fatalf("%s: %s: %v", kind, bad, walk)
			}
		}
	}
}

func TestLatestDrained(t *testing.T) {
	for _, kind := range []string{"CombineLatest", "ZipLatest", "WithLatestFrom"} {
		for given := range 3 {
			synctest.Test(t, func(t *testing.T) {
				a, b := stagetest.NewSource[int](t), stagetest.NewSource[int](t)
				got := 0
				f := combines(flow.From(a), flow.From(b), func(a, b int) int { return a + b })[kind]
				r, err := f.To(sink.ForEach(func(int) error { got++; return nil })).Start(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if given > 0 {
					a.Send(1)
				}
				if given > 1 {
					b.Send(1)
				}
				synctest.Wait()
				if err := r.Drain(t.Context()); err != nil || got != given/2 {
					t.Errorf("%s after %d: %d elements, error %v", kind, given, got, err)
				}
			})
		}
	}
}

func TestLatestDrawn(t *testing.T) {
	a, b := flow.From(source.Range(0, 3)), flow.From(source.Range(0, 3)).Via(operators.Async[int](7))
	f := flow.WithLatestFrom(a, b, func(a, b int) int { return a + b }, stage.Capacity(5))
	if got, want := f.To(sink.Discard[int]()).String(), "(range =[5]=>, async =[7]=>) withlatestfrom → discard"; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}
