package flow_test

import (
	"cmp"
	"errors"
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

// The models on slices of the flows of many.

func byValue(a, b el) int { return cmp.Compare(a.v/10, b.v/10) }

// mergedInOrder takes the lowest of the first ones, of those alike that of the
// first slice.
func mergedInOrder[T any](compare func(a, b T) int, in ...[]T) (out []T) {
	in = slices.Clone(in)
	for {
		best := -1
		for i, s := range in {
			if len(s) > 0 && (best < 0 || compare(s[0], in[best][0]) < 0) {
				best = i
			}
		}
		if best < 0 {
			return out
		}
		out = append(out, in[best][0])
		in[best] = in[best][1:]
	}
}

// byTurns takes n of each.
func byTurns[T any](n int, in ...[]T) (out []T) {
	for len(in) > 0 {
		var rest [][]T
		for _, s := range in {
			k := min(n, len(s))
			if out = append(out, s[:k]...); k == n {
				rest = append(rest, s[k:])
			}
		}
		in = rest
	}
	return out
}

// combinations is how many ways graph.combine knows.
const combinations = 4

// combine makes one branch of several.
func (g *graph) combine(how int, parts ...branch) branch {
	b := branch{ordered: true}
	var flows []flow.Flow[el]
	var wants [][]el
	for _, p := range parts {
		flows, wants = append(flows, p.f), append(wants, p.want)
		b.ordered = b.ordered && p.ordered
	}
	b.want = slices.Concat(wants...)
	switch n := 1 + g.pick(30); how {
	case 0:
		b.f = flow.Concat(flows...)
	case 1:
		b.f, b.ordered = g.merge(flows...), false
	case 2:
		b.f = flow.MergeSorted(byValue, flows...)
		if b.ordered {
			b.want = mergedInOrder(byValue, wants...)
		}
	case 3:
		b.f = flow.Interleave(n, flows...)
		if b.ordered {
			b.want = byTurns(n, wants...)
		}
	}
	return b
}

// zipped makes one element of one of each of two to four ordered branches.
func zipped(p []branch) branch {
	sum := func(es ...el) (all el) {
		for _, e := range es {
			all.v += e.v
			all.ids = append(all.ids, e.ids...)
		}
		return all
	}
	b := branch{ordered: true}
	switch len(p) {
	case 2:
		b.f = flow.ZipWith(p[0].f, p[1].f, func(x, y el) el { return sum(x, y) })
	case 3:
		b.f = flow.Zip3With(p[0].f, p[1].f, p[2].f, func(x, y, z el) el { return sum(x, y, z) })
	case 4:
		b.f = flow.Zip4With(p[0].f, p[1].f, p[2].f, p[3].f, func(w, x, y, z el) el { return sum(w, x, y, z) })
	}
	for i := range p[0].want {
		var es []el
		for _, part := range p {
			if i < len(part.want) {
				es = append(es, part.want[i])
			}
		}
		if len(es) < len(p) {
			break
		}
		b.want = append(b.want, sum(es...))
	}
	return b
}

// TestCombineProperty runs flows of many in graphs as TestGraphProperty does: of
// branches with links, workers, batches and filters, undisturbed and with a
// fault at a random place.
func TestCombineProperty(t *testing.T) {
	several := func(g *graph, n int) (parts []branch) {
		for range n {
			p := g.grow(g.source(), 0)
			for !p.ordered {
				p = g.grow(g.source(), 0)
			}
			parts = append(parts, p)
		}
		return parts
	}
	for name, draw := range map[string]func(g *graph) branch{
		"MergeSorted": func(g *graph) branch { return g.combine(2, several(g, 1+g.pick(5))...) },
		"Interleave":  func(g *graph) branch { return g.combine(3, several(g, 1+g.pick(5))...) },
		"Zip": func(g *graph) branch {
			g.cuts = true // what one side has given when another completes
			return zipped(several(g, 2+g.pick(3)))
		},
		"OrElse": func(g *graph) branch {
			parts := several(g, 2)
			first, other := parts[0], parts[1]
			if g.pick(2) == 0 {
				for _, e := range first.want {
					g.expect(e, 1)
				}
				first.f = first.f.Filter(func(e el) bool { g.resolve(e.ids); return false })
				first.want = nil
			}
			if len(first.want) == 0 {
				return branch{first.f.OrElse(other.f), other.want, true}
			}
			g.cuts = true // what a link has read of the other
			return branch{first.f.OrElse(other.f), first.want, true}
		},
		"Prepend": func(g *graph) branch {
			b := several(g, 1)[0]
			var values []el
			for range g.pick(40) {
				values = append(values, el{v: g.pick(1000)})
			}
			b.f, b.want = b.f.Prepend(values...), slices.Concat(values, b.want)
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				g := newGraph(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") })
				g.run(t, g.grow(draw(g), 0))
			})
		})
	}
}

// reads is a flow of items with a lineage for each three of them, which settles
// into done.
func reads(done func(first int, o demand.Outcome), items ...int) flow.Flow[int] {
	return flow.From(stage.NewSource(stage.Meta{Kind: "reads"}, func(*stage.Runtime) demand.Upstream[int] {
		return &readSource{done: done, items: items}
	}))
}

type readSource struct {
	done  func(first int, o demand.Outcome)
	items []int
	err   error
}

func (s *readSource) Pull(dst *demand.Chunk[int]) error {
	if len(s.items) == 0 || s.err != nil {
		return cmp.Or(s.err, demand.ErrCompleted)
	}
	n := min(3, len(s.items), dst.Free())
	first := s.items[0]
	dst.SetLineage(demand.NewLineage(func(st demand.Settlement) {
		if s.done != nil {
			s.done(first, st.Outcome)
		}
	}))
	for _, v := range s.items[:n] {
		dst.Append(v)
	}
	s.items = s.items[n:]
	return nil
}

func (s *readSource) Cancel(cause error) { s.err = cmp.Or(s.err, cause) }

func TestCombineKeepsTheRules(t *testing.T) {
	tens := []int{0, 10, 20, 30, 40, 50, 60, 70, 80, 90}
	byTen := func(a, b int) int { return cmp.Compare(a/10, b/10) }
	none := func(int) bool { return false }
	rules := func(name string, want []int, around func(up flow.Flow[int]) flow.Flow[int], opts ...stagetest.Option) {
		t.Run(name, func(t *testing.T) {
			stagetest.Rules(t, func() stage.Stage[int, int] { return flow.AsStage(around) }, tens, append(opts, stagetest.Want(want...))...)
		})
	}
	other := []int{1, 11, 12, 13, 41, 71, 72, 101, 102}
	rules("MergeSorted, first", mergedInOrder(byTen, tens, other), func(up flow.Flow[int]) flow.Flow[int] {
		return flow.MergeSorted(byTen, up, reads(nil, other...))
	})
	rules("MergeSorted, between", mergedInOrder(byTen, other, tens, []int{5, 6, 300}), func(up flow.Flow[int]) flow.Flow[int] {
		return flow.MergeSorted(byTen, reads(nil, other...), up, reads(nil, 5, 6, 300), reads(nil))
	})
	rules("MergeSorted, alone", tens, func(up flow.Flow[int]) flow.Flow[int] { return flow.MergeSorted(byTen, up) })
	rules("Interleave, first", byTurns(1, tens, other), func(up flow.Flow[int]) flow.Flow[int] {
		return flow.Interleave(1, up, reads(nil, other...))
	})
	rules("Interleave, last", byTurns(3, other, []int{7}, tens), func(up flow.Flow[int]) flow.Flow[int] {
		return flow.Interleave(3, reads(nil, other...), reads(nil, 7), up)
	})
	rules("Interleave, alone", tens, func(up flow.Flow[int]) flow.Flow[int] { return flow.Interleave(4, up) })
	rules("Prepend", slices.Concat(other, tens), func(up flow.Flow[int]) flow.Flow[int] { return up.Prepend(other...) }, stagetest.ReleasesEarly())
	rules("OrElse, first", tens, func(up flow.Flow[int]) flow.Flow[int] { return up.OrElse(reads(nil, other...)) })
	rules("OrElse, empty", other, func(up flow.Flow[int]) flow.Flow[int] { return up.Filter(none).OrElse(reads(nil, other...)) })
	rules("OrElse, other", tens, func(up flow.Flow[int]) flow.Flow[int] { return reads(nil).OrElse(up) })
	rules("OrElse, not wanted", other, func(up flow.Flow[int]) flow.Flow[int] { return reads(nil, other...).OrElse(up) })

	sum3 := func(a, b, c int) int { return 10_000*a + 100*b + c }
	sum4 := func(a, b, c, d int) int { return 10_000*a + 100*b + c + d }
	zips := func(f func(v, o int) int) (want []int) {
		for i, v := range tens[:min(len(tens), len(other))] {
			want = append(want, f(v, other[i]))
		}
		return want
	}
	long := append(slices.Clone(other), 1000, 1001, 1002)
	rules("Zip3, first", zips(func(v, o int) int { return sum3(v, o, o) }), func(up flow.Flow[int]) flow.Flow[int] {
		return flow.Zip3With(up, reads(nil, other...), reads(nil, long...), sum3)
	})
	rules("Zip3, second", zips(func(v, o int) int { return sum3(o, v, o) }), func(up flow.Flow[int]) flow.Flow[int] {
		return flow.Zip3With(reads(nil, long...), up, reads(nil, other...), sum3)
	})
	rules("Zip3, last", zips(func(v, o int) int { return sum3(o, o, v) }), func(up flow.Flow[int]) flow.Flow[int] {
		return flow.Zip3With(reads(nil, other...), reads(nil, long...), up, sum3)
	})
	rules("Zip4, third", zips(func(v, o int) int { return sum4(o, o, v, o) }), func(up flow.Flow[int]) flow.Flow[int] {
		return flow.Zip4With(reads(nil, long...), reads(nil, long...), up, reads(nil, other...), sum4)
	})
}

// timeline is a flow of the letters of a diagram, each at its millisecond.
func timeline(diagram string) flow.Flow[string] {
	return flow.From(stage.NewSource(stage.Meta{Kind: "timeline", Blocking: true}, func(*stage.Runtime) demand.Upstream[string] {
		return &lineSource{diagram: diagram, begun: time.Now()}
	}))
}

type lineSource struct {
	diagram string
	at      int
	begun   time.Time
}

func (s *lineSource) Pull(dst *demand.Chunk[string]) error {
	s.at += len(s.diagram[s.at:]) - len(strings.TrimLeft(s.diagram[s.at:], "-"))
	time.Sleep(time.Until(s.begun.Add(time.Duration(s.at) * time.Millisecond)))
	if s.diagram[s.at] == '|' {
		return demand.ErrCompleted
	}
	dst.Append(s.diagram[s.at : s.at+1])
	s.at++
	return nil
}

func (s *lineSource) Cancel(error) { s.at = len(s.diagram) - 1 }

// The pictures in the documentation are true.
func TestCombineInTime(t *testing.T) {
	type part = flow.Flow[string]
	join3 := func(a, b, c string) string { return a + b + c }
	join4 := func(a, b, c, d string) string { return a + b + c + d }
	for _, c := range []struct {
		name, in, out string
		around        func(a part) part
		values        map[string]string
	}{
		{"MergeSorted", "-1---4-----|", "---1-2-3-4-|", func(a part) part { return flow.MergeSorted(cmp.Compare[string], a, timeline("---2---3-|")) }, nil},
		{"Interleave", "-1-2-----3-4---5-|", "-1-2-x-y-3-4---5-|", func(a part) part { return flow.Interleave(2, a, timeline("-----x-y-----|")) }, nil},
		{"Prepend", "---1-2-|", "(ab)--1-2-|", func(a part) part { return a.Prepend("a", "b") }, nil},
		{"OrElse", "---|", "----x-y-|", func(a part) part { return a.OrElse(timeline("----x-y-|")) }, nil},
		{"Zip3", "-1-----2------3-|", "---f------s-----|", func(a part) part {
			return flow.Zip3With(a, timeline("--x------y------|"), timeline("---p------q-----|"), join3)
		}, map[string]string{"f": "1xp", "s": "2yq"}},
		{"Zip4", "-1-----2-------3-|", "---f-------s-----|", func(a part) part {
			return flow.Zip4With(a, timeline("--x------y-------|"), timeline("---p------q------|"), timeline("---s-------t-----|"), join4)
		}, map[string]string{"f": "1xps", "s": "2yqt"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var opts []stagetest.MarbleOption
			if c.values != nil {
				for v := range strings.SplitSeq("123xyz", "") {
					c.values[v] = v
				}
				opts = append(opts, stagetest.Values(c.values))
			}
			stagetest.Marbles(t, func() stage.Stage[string, string] { return flow.AsStage(c.around) }, c.in, c.out, opts...)
		})
	}
}

// What one input has given and nobody can use any more is counted, and given up
// at once, not when the run ends.
func TestCombineDiscards(t *testing.T) {
	boom := errors.New("boom")
	from := func(items ...int) flow.Flow[int] { return flow.From(source.Slice(items)) }
	fails := func(items ...int) flow.Flow[int] {
		return flow.Concat(from(items...), flow.Via(from(0), operators.MapErr(func(int) (int, error) { return 0, boom })))
	}
	sum3 := func(a, b, c int) int { return a + b + c }
	sum4 := func(a, b, c, d int) int { return a + b + c + d }
	for name, c := range map[string]struct {
		around    func(tracked flow.Flow[int]) flow.Flow[int]
		got       []int
		discarded int64
		abandoned []int // by the first element of the read
	}{
		"mergesorted": {func(tr flow.Flow[int]) flow.Flow[int] {
			return flow.MergeSorted(cmp.Compare[int], tr, fails(0, 3))
		}, []int{0, 0, 1, 2, 3, 3}, 2, []int{3}},
		"interleave": {func(tr flow.Flow[int]) flow.Flow[int] {
			return flow.Interleave(2, tr, fails(100, 101))
		}, []int{0, 1, 100, 101, 2, 3}, 2, []int{3}},
		"zip3": {func(tr flow.Flow[int]) flow.Flow[int] {
			return flow.Zip3With(tr, from(100, 101), from(1000, 1000, 1000), sum3)
		}, []int{1100, 1102}, 1, []int{0}},
		"zip4": {func(tr flow.Flow[int]) flow.Flow[int] {
			return flow.Zip4With(from(100, 100, 100, 100), tr, from(1000, 1000, 1000, 1000), fails(7), sum4)
		}, []int{1107}, 3 + 2 + 2, []int{0}},
	} {
		t.Run(name, func(t *testing.T) {
			var abandoned, early []int
			tracked := reads(func(first int, o demand.Outcome) {
				if o == demand.Abandoned {
					abandoned = append(abandoned, first)
				}
			}, 0, 1, 2, 3, 4, 5, 6, 7, 8)
			after := flow.From(stage.NewSource(stage.Meta{Kind: "after"}, func(*stage.Runtime) demand.Upstream[int] {
				return pull(func(*demand.Chunk[int]) error { early = slices.Clone(abandoned); return demand.ErrCompleted })
			}))
			var got []int
			f := c.around(tracked).OnErrorComplete(func(err error) bool { return errors.Is(err, boom) })
			r, err := flow.Concat(f, after).To(sink.Slice(&got, stage.Window(64, 64))).Start(t.Context())
			if err == nil {
				err = r.Wait()
			}
			if err != nil || !slices.Equal(got, c.got) {
				t.Fatalf("got %v, error %v", got, err)
			}
			if !slices.Equal(early, c.abandoned) || !slices.Equal(abandoned, c.abandoned) {
				t.Errorf("of reads %v were given up, %v at once, want %v", abandoned, early, c.abandoned)
			}
			if st, _ := r.Snapshot().Stage(name); st.Discarded != c.discarded {
				t.Errorf("%d in, %d out, %d discarded, want %d", st.In, st.Out, st.Discarded, c.discarded)
			}
		})
	}
}

// A side that has begun is the only one from then on: the other is told at once,
// and a branch of a fan-out that nobody needs holds nobody back.
func TestOrElseLetsGoOfTheOther(t *testing.T) {
	two := flow.Broadcast(flow.From(source.Range(0, 10_000)), 2, stage.Capacity(8))
	got, err := flow.Collect(t.Context(), two[0].OrElse(two[1].Prepend(-1)))
	if err != nil || len(got) != 10_000 || got[0] != 0 {
		t.Fatalf("%d elements, error %v", len(got), err)
	}
}

// A branch that may leave stays one below a prefix.
func TestPrependOnADetachedBranch(t *testing.T) {
	boom := errors.New("boom")
	two := flow.Broadcast(flow.From(source.Range(0, 100)), 2, stage.Detach(1))
	n := 0
	err := flow.Run(t.Context(),
		two[0].To(sink.ForEach(func(int) error { n++; return nil })),
		two[1].Prepend(-1).To(sink.ForEach(func(int) error { return boom })))
	if err != nil || n != 100 {
		t.Errorf("the other branch got %d elements, error %v", n, err)
	}
}

func TestPrependKeepsACopy(t *testing.T) {
	values := []int{1, 2}
	f := flow.From(source.Range(3, 5)).PrependWith(values, stage.Name("one two"))
	values[0] = 9
	for range 2 {
		if got, err := flow.Collect(t.Context(), f); err != nil || !slices.Equal(got, []int{1, 2, 3, 4}) {
			t.Fatalf("got %v, error %v", got, err)
		}
	}
}

// Between a source that blocks and a stage that keeps time there is a link, also
// where another flow stands between.
func TestCombineOfABlockingSource(t *testing.T) {
	block := flow.From(stage.NewSource(stage.Meta{Kind: "blocking", Blocking: true}, func(*stage.Runtime) demand.Upstream[int] {
		return pull(func(*demand.Chunk[int]) error { return demand.ErrCompleted })
	}))
	ok := flow.From(source.Range(0, 3))
	for name, f := range map[string]flow.Flow[int]{
		"MergeSorted": flow.MergeSorted(cmp.Compare[int], ok, block),
		"Interleave":  flow.Interleave(1, ok, block),
		"OrElse":      ok.OrElse(block),
		"Prepend":     block.Prepend(1),
		"Zip3":        flow.Zip3With(ok, ok, block, func(a, _, _ int) int { return a }),
		"Zip4":        flow.Zip4With(ok, block, ok, ok, func(a, _, _, _ int) int { return a }),
	} {
		if p := flow.Via(f, operators.Batch[int](9, time.Second)).To(sink.Discard[[]int]()); !strings.Contains(p.String(), "=[") {
			t.Errorf("%s: there is no link: %s", name, p)
		}
	}
}

// Elements take no memory of their own on their way through.
func TestCombineAllocatesNothing(t *testing.T) {
	const n = 100_000
	f := func() flow.Flow[int] { return flow.From(source.Range(0, n/4)) }
	for name, f := range map[string]flow.Flow[int]{
		"MergeSorted": flow.MergeSorted(cmp.Compare[int], f(), f(), f(), f()),
		"Interleave":  flow.Interleave(3, f(), f(), f(), f()),
		"Zip3":        flow.Zip3With(f(), f(), f(), func(a, b, c int) int { return a + b + c }),
		"Zip4":        flow.Zip4With(f(), f(), f(), f(), func(a, b, c, d int) int { return a + b + c + d }),
	} {
		for _, window := range []int{1, 256} {
			p := f.To(sink.Discard[int](stage.Window(window, window)))
			if got := testing.AllocsPerRun(2, func() { _ = p.Run(t.Context()) }); got > n/100 {
				t.Errorf("%s, window %d: %.0f allocations for %d elements", name, window, got, n)
			}
		}
	}
}

// A caller whose time is over gets an answer before the next input is asked.
func TestCombineHeedsPatience(t *testing.T) {
	const nap = 10 * time.Millisecond
	slow := func(n int) flow.Flow[int] { // sleeps, then gives its n elements
		napped := false
		return flow.From(stage.NewSource(stage.Meta{Kind: "slow"}, func(*stage.Runtime) demand.Upstream[int] {
			return pull(func(dst *demand.Chunk[int]) error {
				if !napped {
					napped = true
					time.Sleep(nap)
				}
				if n--; n < 0 {
					return demand.ErrCompleted
				}
				dst.Append(n)
				return nil
			})
		}))
	}
	for name, around := range map[string]func() flow.Flow[int]{
		"MergeSorted": func() flow.Flow[int] { return flow.MergeSorted(cmp.Compare[int], slow(1), slow(1), slow(1), slow(1)) },
		"Interleave":  func() flow.Flow[int] { return flow.Interleave(1, slow(0), slow(0), slow(0), slow(4)) },
		"OrElse":      func() flow.Flow[int] { return slow(0).OrElse(slow(4)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var longest time.Duration
				hasty := stage.New("hasty", func(_ *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] {
					return pull(func(dst *demand.Chunk[int]) error {
						for {
							start := time.Now()
							dst.SetPatience(demand.Until(start.Add(nap / 2)))
							err := up.Pull(dst)
							if longest = max(longest, time.Since(start)); err != nil || dst.Len() > 0 {
								return err
							}
						}
					})
				})
				got, err := flow.Collect(t.Context(), around().Via(hasty))
				if err != nil || len(got) != 4 || longest != nap {
					t.Errorf("got %v, error %v, one pull took %s, an input takes %s", got, err, longest, nap)
				}
			})
		})
	}
}

// Nothing waits behind a function that turns slow; while it is quick, answers are
// as long as they can be.
func TestCombineHandsOnInTime(t *testing.T) {
	const n, nap = 3000, 10 * time.Millisecond
	slow := func(v int) {
		if v >= n {
			time.Sleep(nap)
		}
	}
	f := func() flow.Flow[int] { return flow.From(source.Range(0, n+8)) }
	for name, f := range map[string]flow.Flow[int]{
		"mergesorted": flow.MergeSorted(func(a, b int) int { slow(max(a, b)); return cmp.Compare(a, b) }, f(), f()),
		"zip3":        flow.Zip3With(f(), f(), f(), func(v, _, _ int) int { slow(v); return v }),
		"zip4":        flow.Zip4With(f(), f(), f(), f(), func(v, _, _, _ int) int { slow(v); return v }),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				last, longest, quick := time.Now(), time.Duration(0), 0
				r, err := f.To(sink.ForEach(func(v int) error {
					if v < n {
						quick++
					}
					longest = max(longest, time.Since(last))
					last = time.Now()
					return nil
				}, stage.Window(256, 256))).Start(t.Context())
				if err == nil {
					err = r.Wait()
				}
				if err != nil || longest > 2*nap {
					t.Errorf("an element came %s after the one before it, error %v", longest, err)
				}
				if st, _ := r.Snapshot().Stage(name); st.Chunks > int64(quick/50) {
					t.Errorf("%d elements in %d answers", st.Out, st.Chunks)
				}
			})
		})
	}
}
