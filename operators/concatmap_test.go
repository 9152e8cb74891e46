package operators_test

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
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestConcatMapRules(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for name, fn := range map[string]func(int) stage.Source[int]{
		"one":    func(v int) stage.Source[int] { return source.Slice([]int{v}) },
		"some":   copies,
		"none":   func(int) stage.Source[int] { return source.Range(0, 0) },
		"many":   func(v int) stage.Source[int] { return source.Slice(slices.Repeat([]int{v}, 40)) },
		"books":  func(v int) stage.Source[int] { return stagetest.NewCommitting(t, []int{v, v, v}, 2) },
		"queues": func(v int) stage.Source[int] { return queued(v) },
	} {
		t.Run(name, func(t *testing.T) {
			stagetest.Rules(t, func() stage.Stage[int, int] { return operators.ConcatMap(fn) }, samples)
		})
	}
}

// queued is a queue that holds v and is closed.
func queued(v int) stage.Source[int] {
	q := source.Queue[int](1, demand.Fail)
	_ = q.Offer(context.Background(), v)
	q.Close()
	return q
}

func TestConcatMapMarbles(t *testing.T) {
	boom := errors.New("boom")
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []string
		r, got := runs(t, flow.From(source.Range(1, 4)).Via(operators.ConcatMap(func(v int) stage.Source[int] {
			at = append(at, fmt.Sprint(v, time.Since(start)))
			return waits(v, v, time.Second)
		})))
		if err := r.Wait(); err != nil || !slices.Equal(*got, []int{1, 2, 2, 3, 3, 3}) {
			t.Errorf("got %v, error %v", *got, err)
		}
		if want := []string{"1 0s", "2 1s", "3 3s"}; !slices.Equal(at, want) {
			t.Errorf("opened %v, want %v", at, want)
		}
	})
	// Errors come behind the elements before them.
	got, err := flow.Collect(t.Context(), flow.From(source.Range(0, 9)).Via(operators.MapErr(func(v int) (int, error) {
		if v == 5 {
			return 0, boom
		}
		return v, nil
	})).Via(operators.ConcatMap(copies)))
	if !errors.Is(err, boom) || !slices.Equal(got, []int{1, 2, 2, 4}) {
		t.Errorf("got %v, error %v", got, err)
	}
}

// A source that waits does not hold up a batch that is bounded by time: there is a
// link between the two.
func TestConcatMapBelowABatch(t *testing.T) {
	fn := func(v int) stage.Source[int] { return waits(v, 5, 400*time.Millisecond) }
	concat, batch := operators.ConcatMap(fn), operators.Batch[int](100, time.Second)
	f := flow.From(source.Range(0, 2))
	for name, f := range map[string]flow.Flow[[]int]{
		"flow":     flow.Via(f.Via(concat), batch),
		"composed": flow.Via(f, stage.Compose(concat, batch)),
		"twice":    flow.Via(f, stage.Compose(stage.Compose(concat, operators.Skip[int](0)), stage.Compose(operators.Skip[int](0), batch))),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []string
				start := time.Now()
				p := f.To(sink.ForEach(func(b []int) error {
					got = append(got, fmt.Sprint(time.Since(start), b))
					return nil
				}))
				if s := p.String(); strings.Count(s, "async =[1024]=>") != 1 || strings.Count(s, "concatmap") != 1 {
					t.Errorf("drawn as\n%s", s)
				}
				if err := p.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if want := []string{"1.4s [0 0 0]", "2.6s [0 0 1]", "3.8s [1 1 1]", "4s [1]"}; !slices.Equal(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		})
	}
}

// A million sources leave nothing behind: see also the test of stage.
func TestConcatMapOfMany(t *testing.T) {
	const n = 50_000
	last := 0
	sum, err := flow.Fold(t.Context(), flow.From(source.Range(0, n)).Via(operators.ConcatMap(func(v int) stage.Source[int] {
		return stage.NewSource(stage.Meta{Kind: "s"}, func(rt *stage.Runtime) demand.Upstream[int] {
			if last != v {
				t.Errorf("source %d is opened before %d are closed", v, v)
			}
			rt.OnClose(func() error { last++; return nil })
			return source.Range(0, 1).Open(rt)
		})
	})), 0, func(a, _ int) int { return a + 1 })
	if err != nil || sum != n || last != n {
		t.Errorf("got %d, closed %d, error %v", sum, last, err)
	}
}

func innerLinks(n, _ int) []link {
	some := func(v int) []int { return slices.Repeat([]int{v + n}, v%3) }
	return []link{
		{"ConcatMap", operators.ConcatMap(func(v int) stage.Source[int] { return source.Slice(some(v)) }), oneToSome(some), false},
		{"ConcatMap of seqs", operators.ConcatMap(func(v int) stage.Source[int] { return source.Seq(slices.Values(some(v))) }), oneToSome(some), false},
	}
}

func TestInnerLinks(t *testing.T) {
	for _, k := range innerLinks(3, 2) {
		for _, window := range []int{1, 7, 1024} {
			var l ledger
			got, err := collect(t, l.tracked(upTo(100), 7, demand.ErrCompleted).Via(k.op), window)
			var in []item
			for i, v := range upTo(100) {
				in = append(in, item{v, int64(i) + 1})
			}
			var want []arrival
			for _, e := range k.model(in) {
				want = append(want, arrival{fmt.Sprint(e.v), e.record})
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: got %v, error %v", k.what, got, err)
			}
			l.check(t, 100)
		}
	}
}
