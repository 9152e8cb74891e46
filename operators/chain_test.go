package operators_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// item is an element of the model: a value and the record that it was made of,
// or 0.
type item struct {
	v      int
	record int64
}

// link is one operator of a random chain, beside its model.
type link struct {
	what  string
	op    stage.Stage[int, int]
	model func([]item) []item
	cuts  bool // it may end the stream
}

// oneToSome is the model of an operator that looks at each element alone.
func oneToSome(f func(v int) []int) func([]item) []item {
	return func(in []item) (out []item) {
		for _, e := range in {
			for _, v := range f(e.v) {
				out = append(out, item{v, e.record})
			}
		}
		return out
	}
}

func dropIf(drop func(v int) bool) func([]item) []item {
	return func(in []item) []item {
		return slices.DeleteFunc(slices.Clone(in), func(e item) bool { return drop(e.v) })
	}
}

func unchanged(in []item) []item { return in }

// rebatched is the model of windows that are taken apart again.
func rebatched(n, step int) func([]item) []item {
	return func(in []item) (out []item) {
		covered := 0
		for at := 0; at < len(in) && (at+n <= len(in) || covered < len(in)); at += step {
			covered = min(at+n, len(in))
			for _, e := range in[at:covered] {
				out = append(out, item{e.v, 0})
			}
		}
		return out
	}
}

func drawLink(t *rapid.T) link {
	n := rapid.IntRange(1, 40).Draw(t, "n")
	m := rapid.IntRange(2, 5).Draw(t, "m")
	multiple := func(v int) bool { return v%m == 0 }
	copies := func(v int) []int { return slices.Repeat([]int{v + 1}, v%m) }
	kinds := []func() link{
		func() link {
			f := func(v int) int { return v*7%101 + n }
			return link{"Map", operators.Map(f), oneToSome(func(v int) []int { return []int{f(v)} }), false}
		},
		func() link {
			return link{"Filter", operators.Filter(multiple), dropIf(func(v int) bool { return !multiple(v) }), false}
		},
		func() link {
			f := func(v int) (int, bool) { return v + n, !multiple(v) }
			return link{"FilterMap", operators.FilterMap(f), func(in []item) []item {
				return oneToSome(func(v int) []int { return []int{v + n} })(dropIf(multiple)(in))
			}, false}
		},
		func() link { return link{"FlatMap", operators.FlatMap(copies), oneToSome(copies), false} },
		func() link {
			return link{"Scan", operators.Scan(n, func(a, v int) int { return (a + v) % 1009 }), func(in []item) (out []item) {
				a := n
				for _, e := range in {
					a = (a + e.v) % 1009
					out = append(out, item{a, e.record})
				}
				return out
			}, false}
		},
		func() link { return link{"Peek", operators.Peek(func(int) {}), unchanged, false} },
		func() link {
			return link{fmt.Sprint("Skip ", n), operators.Skip[int](n), func(in []item) []item { return in[min(n, len(in)):] }, false}
		},
		func() link {
			return link{"SkipWhile", operators.SkipWhile(multiple), func(in []item) []item {
				if i := slices.IndexFunc(in, func(e item) bool { return !multiple(e.v) }); i >= 0 {
					return in[i:]
				}
				return nil
			}, false}
		},
		func() link {
			return link{fmt.Sprint("Take ", 3*n), operators.Take[int](3 * n), func(in []item) []item { return in[:min(3*n, len(in))] }, true}
		},
		func() link {
			return link{"TakeWhile", operators.TakeWhile(below(10 * n)), func(in []item) []item {
				if i := slices.IndexFunc(in, func(e item) bool { return e.v >= 10*n }); i >= 0 {
					return in[:i]
				}
				return in
			}, true}
		},
		func() link {
			return link{"Distinct", operators.Distinct[int](10_000), func(in []item) (out []item) {
				seen := map[int]bool{}
				for _, e := range in {
					if !seen[e.v] {
						seen[e.v] = true
						out = append(out, e)
					}
				}
				return out
			}, false}
		},
		func() link {
			d := time.Duration(rapid.IntRange(0, 1).Draw(t, "hours")) * time.Hour
			return link{fmt.Sprint("Batch ", n), stage.Compose(operators.Batch[int](n, d), operators.Unbatch[int]()), rebatched(n, n), false}
		},
		func() link {
			return link{fmt.Sprint("Sliding ", n, m), stage.Compose(operators.Sliding[int](n, m), operators.Unbatch[int]()), rebatched(n, m), false}
		},
		func() link { return link{fmt.Sprint("Async ", n), operators.Async[int](n), unchanged, false} },
		func() link {
			return link{fmt.Sprint("Buffer ", n), operators.Buffer[int](n, demand.Block), unchanged, false}
		},
		func() link {
			f := func(v int) (int, error) { return v ^ 1, nil }
			return link{"workers", operators.MapErr(f, stage.Workers(m)), oneToSome(func(v int) []int { return []int{v ^ 1} }), false}
		},
		func() link {
			return link{"Throttle", operators.Throttle[int](1_000_000, time.Millisecond), unchanged, false}
		},
		func() link { return link{"Timeout", operators.Timeout[int](time.Hour), unchanged, false} },
	}
	for _, l := range slices.Concat(filterLinks(n, m), errorsLinks(n, m), splitLinks(n, m), keyedLinks(n, m), timeLinks(n, m), windowLinks(n, m), paceLinks(n, m), innerLinks(n, m), rateLinks(n, m), cyclesLinks(n, m)) {
		kinds = append(kinds, func() link { return l })
	}
	return kinds[rapid.IntRange(0, len(kinds)-1).Draw(t, "kind")]()
}

// TestRandomChains runs chains of operators beside their model: undisturbed, with
// an error or a panic at a random place, and cancelled.
func TestRandomChains(t *testing.T) {
	rapid.Check(t, checkChain)
}

var errChain = errors.New("the fault of the chain")

func checkChain(t *rapid.T) {
	items := rapid.SliceOfN(rapid.IntRange(0, 200), 0, 300).Draw(t, "items")
	var l ledger
	f := l.tracked(items, rapid.IntRange(1, 50).Draw(t, "reads of"), demand.ErrCompleted)
	var want []item
	for i, v := range items {
		want = append(want, item{v, int64(i) + 1})
	}
	links := rapid.IntRange(0, 6).Draw(t, "links")
	mode := rapid.SampledFrom([]string{"undisturbed", "error", "panic", "cancel"}).Draw(t, "mode")
	faultAt := rapid.IntRange(0, links).Draw(t, "fault at")
	call, hit, cuts, shape := 0, false, false, ""
	full := want // what would come without the fault
	for i := range links + 1 {
		if i == faultAt && (mode == "error" || mode == "panic") {
			k := rapid.IntRange(1, 400).Draw(t, "call")
			f = flow.Via(f, operators.MapErr(func(v int) (int, error) {
				if call++; call != k {
					return v, nil
				}
				if hit = true; mode == "panic" {
					panic(errChain)
				}
				return 0, errChain
			}, stage.Name("fault")))
			want = want[:min(k-1, len(want))]
			shape += " fault"
		}
		if i < links {
			k := drawLink(t)
			f, want, cuts, shape = f.Via(k.op), k.model(want), cuts || k.cuts, shape+" "+k.what
			full = k.model(full)
		}
	}
	got, stats, err := runChain(t, f, mode == "cancel", rapid.IntRange(0, 50).Draw(t, "cancelled at"), rapid.IntRange(1, 1024).Draw(t, "window"))

	equal := func(a, b []item) bool { return slices.Equal(a, b) }
	switch {
	case mode == "cancel" && errors.Is(err, errChain), mode == "panic" && hit && (err != nil || cuts):
		var panicked *stage.PanicError
		if err != nil && (!errors.Is(err, errChain) || mode == "panic" && !errors.As(err, &panicked)) {
			t.Fatalf("%s: got error %v", shape, err)
		}
		if strings.Contains(shape, "Sliding") {
			break // the last window may be a short one
		}
		if len(got) > len(want) || !equal(got, want[:len(got)]) {
			t.Fatalf("%s, %s: got %v, which is not how %v begins", mode, shape, got, want)
		}
	case hit:
		var at *stage.Error
		if (!errors.As(err, &at) || at.Stage != "fault" || !errors.Is(err, errChain)) && (!cuts || err != nil) || !equal(got, want) {
			t.Fatalf("%s, %s: got %v, want %v, error %v", mode, shape, got, want, err)
		}
	case err != nil || !equal(got, want):
		t.Fatalf("%s, %s: got %v, want %v, error %v", mode, shape, got, want, err)
	}
	if err == nil && !cuts && !hit {
		l.check(t, len(items))
	} else {
		l.once(t, len(items))
	}
	doneWhenDelivered(t, &l, got, full)
	if mode != "panic" {
		booksBalance(t, stats)
	}
}

// booksBalance wants what went into a stage that makes one element of each to
// have come out, or to be counted.
func booksBalance(t *rapid.T, stats []demand.StageStats) {
	for _, s := range stats {
		switch s.Kind {
		case "Map", "MapErr", "Scan", "Peek", "Take", "TakeWhile", "Throttle", "Timeout", "Async":
			if s.In != s.Out+s.DroppedTotal()+s.Discarded {
				t.Fatalf("%s: in %d, out %d, dropped %v, discarded %d", s.Name, s.In, s.Out, s.Dropped, s.Discarded)
			}
		case "Buffer":
			if b := s.Buffer; b.In != b.Out+b.DroppedTotal() || b.Held != 0 || s.In != int64(b.In)+s.Discarded {
				t.Fatalf("%s: in %d, discarded %d, %+v", s.Name, s.In, s.Discarded, *b)
			}
		}
	}
}

// doneWhenDelivered wants all of what a read leads to delivered, if it is done.
// Where records are not known any more it cannot tell.
func doneWhenDelivered(t *rapid.T, l *ledger, got, full []item) {
	count := func(r *read, items []item) (n int) {
		for _, e := range items {
			if e.record > int64(r.from) && e.record <= int64(r.to) {
				n++
			}
		}
		return n
	}
	for _, r := range l.reads {
		if r.outcome == demand.Done && count(r, got) < count(r, full) {
			t.Fatalf("the read of %d to %d was done after %d of %d elements", r.from, r.to-1, count(r, got), count(r, full))
		}
	}
}

// runChain runs f, and cancels it at the element with that number.
func runChain(t *rapid.T, f flow.Flow[int], cancels bool, at, window int) (got []item, stats []demand.StageStats, err error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	m := stage.Configure("Items", stage.TakesWindow, []stage.Option{stage.Window(1, window)})
	r, err := f.To(stage.NewSink(m, func(*stage.Runtime) stage.Writer[int] {
		return writer(func(in *demand.Chunk[int]) {
			for i, v := range in.Items() {
				if cancels && len(got) == at {
					cancel(errChain)
				}
				got = append(got, item{v, in.Position(i).Record})
			}
			in.Advance(in.Len())
		})
	})).Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = r.Wait()
	return got, r.Snapshot().Stages, err
}

type writer func(in *demand.Chunk[int])

func (w writer) Write(in *demand.Chunk[int]) error { w(in); return nil }
func (w writer) Flush() error                      { return nil }
func (w writer) Close(error) error                 { return nil }
