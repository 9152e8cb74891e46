package operators_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// A cyclePart is a part of a random body, beside what it makes of one element.
type cyclePart struct {
	what  string
	op    stage.Stage[rounds, rounds]
	model func(rounds) []rounds
	grows bool // more may come back at once than went in
}

func drawCyclePart(t *rapid.T) cyclePart {
	n := rapid.IntRange(1, 6).Draw(t, "n")
	same := func(r rounds) []rounds { return []rounds{r} }
	keep := func(r rounds) bool { return (r.id+r.left)%5 != 0 }
	twice := func(r rounds) []rounds {
		if r.left == 3 {
			return []rounds{r, {r.id + 1000, r.left}}
		}
		return same(r)
	}
	call := func(r rounds) (rounds, error) { return r, nil }
	thirds := func(r rounds) (rounds, bool) { return rounds{r.id, r.left - 1}, r.left%3 != 0 }
	toThird := func(r rounds) []rounds {
		for r.left%3 != 0 {
			r.left--
		}
		return same(r)
	}
	one := func(r rounds) stage.Source[rounds] { return source.Slice([]rounds{r}) }
	inner := func(body stage.Stage[rounds, rounds]) stage.Stage[rounds, rounds] {
		return operators.Feedback(body, thirds, 500, demand.Fail)
	}
	return rapid.SampledFrom([]cyclePart{
		{"map", operators.Map(func(r rounds) rounds { return r }), same, false},
		{"filter", operators.Filter(keep), func(r rounds) []rounds {
			if keep(r) {
				return same(r)
			}
			return nil
		}, false},
		{"twice", operators.FlatMap(twice), twice, true},
		{"link", operators.Async[rounds](n), same, false},
		{"buffer", operators.Buffer[rounds](n, demand.Block), same, false},
		{"workers", operators.MapErr(call, stage.Workers(n)), same, false},
		{"unordered", operators.MapErr(call, stage.Workers(n), stage.Unordered()), same, false},
		{"batch", stage.Compose(operators.Batch[rounds](n, 0), operators.Unbatch[rounds]()), same, true},
		{"timed batch", stage.Compose(operators.Batch[rounds](n, 100*time.Microsecond), operators.Unbatch[rounds]()), same, true},
		{"delay", operators.Delay[rounds](50*time.Microsecond, n), same, true},
		{"timeout", operators.Timeout[rounds](time.Hour), same, false},
		{"skip last 0", operators.SkipLast[rounds](0), same, true},
		{"inner", inner(operators.Map(func(r rounds) rounds { return r })), toThird, true},
		{"sources in turn", operators.ConcatMap(one), same, true},
		{"sources at once", operators.MergeMap(n, one), same, true},
		{"batch while busy", stage.Compose(operators.BatchWhileBusy[rounds](n), operators.Unbatch[rounds]()), same, true},
		{"time windows", stage.Compose(operators.TimeWindow[rounds](100*time.Microsecond, n), operators.Unbatch[rounds]()), same, true},
		{"sessions", stage.Compose(operators.SessionWindow[rounds](50*time.Microsecond, n), operators.Unbatch[rounds]()), same, true},
		{"keep alive", operators.KeepAlive(time.Hour, func() rounds { return rounds{} }), same, true},
		{"idle timeout", operators.IdleTimeout[rounds](time.Hour), same, true},
		{"backpressure timeout", operators.BackpressureTimeout[rounds](time.Hour), same, true},
		{"extrapolate", operators.Extrapolate(func(rounds) iter.Seq[rounds] { return func(func(rounds) bool) {} }), same, true},
		{"inner in groups", operators.GroupBy(func(r rounds) int { return r.id % 3 }, 3, func(int) stage.Stage[rounds, rounds] {
			return inner(operators.Map(func(r rounds) rounds { return r }))
		}), toThird, true},
		{"inner over a link", inner(operators.Async[rounds](n)), toThird, true},
	}).Draw(t, "part")
}

// impatient asks with little patience, again and again, and never for ever.
type impatient[T any] struct{ demand.Upstream[T] }

func (i impatient[T]) Pull(dst *demand.Chunk[T]) error {
	asked := dst.Patience()
	defer dst.SetPatience(asked)
	for {
		dst.SetPatience(demand.Until(time.Now().Add(100 * time.Microsecond)))
		if err := i.Upstream.Pull(dst); err != nil || dst.Len() > 0 || !asked.IsForever() {
			return err
		}
	}
}

// TestFeedbackRandom tries to make a cycle hang: bodies of any parts in any order,
// of any size, behind a source that completes or fails, before a sink that takes
// all, has enough, or fails, undisturbed, cancelled, with an error or a panic in
// the body.
func TestFeedbackRandom(t *testing.T) {
	rapid.Check(t, checkCycle)
}

var errCycle = errors.New("the fault of the cycle")

func checkCycle(t *rapid.T) {
	var in []rounds
	for i := range rapid.IntRange(0, 60).Draw(t, "elements") {
		in = append(in, rounds{i, rapid.IntRange(0, 7).Draw(t, "rounds")})
	}
	less := cyclePart{"less", operators.Map(onceLess), func(r rounds) []rounds { return []rounds{onceLess(r)} }, false}
	var parts []cyclePart
	for range rapid.IntRange(0, 4).Draw(t, "parts") {
		parts = append(parts, drawCyclePart(t))
	}
	parts = slices.Insert(parts, rapid.IntRange(0, len(parts)).Draw(t, "at"), less)
	mode := rapid.SampledFrom([]string{"undisturbed", "upstream fails", "cancel", "body fails", "panic", "enough"}).Draw(t, "mode")
	fault := rapid.IntRange(1, 100).Draw(t, "fault")
	calls := 0
	trip := operators.MapErr(func(r rounds) (rounds, error) {
		if calls++; calls == fault && mode == "panic" {
			panic(errCycle)
		} else if calls == fault && mode == "body fails" {
			return r, errCycle
		}
		return r, nil
	})
	parts = append(parts, cyclePart{"trip", trip, func(r rounds) []rounds { return []rounds{r} }, false})
	capacity, shape := rapid.IntRange(1, 20).Draw(t, "capacity"), ""
	var body stage.Stage[rounds, rounds]
	for _, p := range parts {
		if shape += p.what + " "; p.grows {
			capacity = 500
		}
		if body == nil {
			body = p.op
		} else {
			body = stage.Compose(body, p.op)
		}
	}
	want := map[rounds]int{}
	var through func(r rounds)
	through = func(r rounds) {
		made := []rounds{r}
		for _, p := range parts {
			var next []rounds
			for _, m := range made {
				next = append(next, p.model(m)...)
			}
			made = next
		}
		for _, m := range made {
			if m.left > 0 {
				through(m)
			} else {
				want[m]++
			}
		}
	}
	for _, r := range in {
		through(r)
	}

	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	backs := 0
	again := func(r rounds) (rounds, bool) {
		if backs++; backs == fault && mode == "cancel" {
			cancel(errCycle)
		}
		return r, r.left > 0
	}
	var l ledger
	end := demand.ErrCompleted
	if mode == "upstream fails" {
		end = errSource
	}
	f := flow.Via(l.tracked(upTo(len(in)), rapid.IntRange(1, 20).Draw(t, "reads of"), end), operators.Map(func(i int) rounds { return in[i] }))
	if rapid.Bool().Draw(t, "linked before") {
		f = f.Async(3)
	}
	f = f.Via(operators.Feedback(body, again, capacity, demand.Fail))
	switch rapid.IntRange(0, 2).Draw(t, "below") {
	case 0:
		f = f.Async(2)
	case 1:
		f = f.Via(stage.New("impatient", func(_ *stage.Runtime, up demand.Upstream[rounds]) demand.Upstream[rounds] {
			return impatient[rounds]{up}
		}))
	}
	if mode == "enough" {
		f = f.Take(fault / 3)
	}
	var got []rounds
	r, err := f.To(sink.Slice(&got, stage.Window(1, rapid.IntRange(1, 1024).Draw(t, "window")))).Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(20*time.Second, func() { panic(fmt.Sprintf("hangs: %s, %s, capacity %d", mode, shape, capacity)) })
	err = r.Wait()
	guard.Stop()

	left := maps.Clone(want)
	for _, g := range got {
		if left[g]--; left[g] < 0 {
			t.Fatalf("%s, %s: %v came out too often", mode, shape, g)
		}
		if left[g] == 0 {
			delete(left, g)
		}
	}
	hit := errors.Is(err, errCycle)
	switch {
	case mode == "undisturbed" || !hit && mode != "upstream fails" && mode != "enough":
		if err != nil || len(left) > 0 {
			t.Fatalf("%s, %s, capacity %d: error %v, missing %v", mode, shape, capacity, err, left)
		}
		l.check(t, len(in))
	case mode == "upstream fails" && strings.Contains(shape, "sources at once"):
		// An error does not wait for the sources that are open.
		if !errors.Is(err, errSource) {
			t.Fatalf("%s, %s: error %v", mode, shape, err)
		}
		l.once(t, len(in))
	case mode == "upstream fails":
		if !errors.Is(err, errSource) || len(left) > 0 {
			t.Fatalf("%s, %s: error %v, missing %v", mode, shape, err, left)
		}
		l.check(t, len(in))
	case mode == "enough":
		if err != nil || len(left) > 0 && len(got) != fault/3 {
			t.Fatalf("%s, %s: got %d of %d, error %v", mode, shape, len(got), fault/3, err)
		}
		l.once(t, len(in))
	default:
		l.once(t, len(in))
	}
}

// What a body remembers is not lost while something is in the cycle, though
// upstream has long completed: each page of a web is visited once.
func TestFeedbackKeepsTheState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pages := rapid.IntRange(1, 80).Draw(t, "pages")
		links := make([][]int, pages)
		for i := range links {
			links[i] = rapid.SliceOfN(rapid.IntRange(0, pages-1), 0, 4).Draw(t, "links")
		}
		want := []int{}
		var visit func(int)
		visit = func(p int) {
			if !slices.Contains(want, p) {
				want = append(want, p)
				for _, l := range links[p] {
					visit(l)
				}
			}
		}
		visit(0)
		pause := func(p int) (int, error) {
			if p%7 == 3 {
				time.Sleep(100 * time.Microsecond)
			}
			return p, nil
		}
		distinct, fetch := operators.Distinct[int](pages), operators.MapErr(pause, stage.Workers(3), stage.Unordered())
		type found struct{ page, link int }
		expand := operators.FlatMap(func(p int) []found {
			out := []found{{p, -1}}
			for _, l := range links[p] {
				out = append(out, found{p, l})
			}
			return out
		})
		var body stage.Stage[int, found]
		switch rapid.IntRange(0, 4).Draw(t, "body") {
		case 0:
			body = stage.Compose(distinct, expand)
		case 1:
			body = stage.Compose(stage.Compose(distinct, fetch), expand)
		case 2:
			body = stage.Compose(stage.Compose(distinct, operators.Async[int](2)), stage.Compose(fetch, stage.Compose(operators.Async[int](1), expand)))
		case 3:
			body = stage.Compose(stage.Compose(distinct, operators.Delay[int](50*time.Microsecond, 9)), expand)
		case 4:
			timed := stage.Compose(operators.Batch[int](5, 100*time.Microsecond), operators.Unbatch[int]())
			body = stage.Compose(stage.Compose(distinct, timed), stage.Compose(operators.Async[int](3), expand))
		}
		// Links that belong to a stage: while one of them is at work the body is not at
		// rest.
		slow := func(p int) int { p, _ = pause(p); return p }
		switch apart := stage.Compose(distinct, operators.Async[int](2)); rapid.IntRange(0, 3).Draw(t, "links of stages") {
		case 2:
			busy := stage.Compose(operators.Map(slow), operators.BatchWhileBusy[int](3))
			body = stage.Compose(stage.Compose(apart, busy), stage.Compose(operators.Unbatch[int](), expand))
		case 3:
			open := func(p int) stage.Source[int] {
				return source.Seq(func(yield func(int) bool) { yield(slow(p)) })
			}
			body = stage.Compose(stage.Compose(apart, operators.MergeMap(1, open)), expand)
		}
		f := flow.Via(flow.From(source.Slice([]int{0})), operators.Feedback(body, func(f found) (int, bool) { return f.link, f.link >= 0 }, 400, demand.Fail))
		if rapid.Bool().Draw(t, "impatient") {
			f = f.Via(stage.New("impatient", func(_ *stage.Runtime, up demand.Upstream[found]) demand.Upstream[found] { return impatient[found]{up} }))
		}
		got, err := flow.Collect(context.Background(), flow.Via(f, operators.Map(func(f found) int { return f.page })))
		slices.Sort(got)
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("visited %v, want %v, error %v", got, want, err)
		}
	})
}
