package operators_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func sumOf(int) stage.Stage[int, int] {
	return operators.Scan(0, func(sum, v int) int { return sum + v })
}

func pairsOf(int) stage.Stage[int, int] {
	return stage.Compose(operators.Batch[int](2, 0), operators.Unbatch[int]())
}

func byThree(v int) int { return v % 3 }

// groups runs 0 to n-1 through a GroupBy by the rest of a division by 3.
func groups(t *testing.T, n, maxKeys int, sub func(int) stage.Stage[int, int]) ([]int, error) {
	t.Helper()
	return flow.Collect(t.Context(), flow.From(source.Range(0, n)).Via(operators.GroupBy(byThree, maxKeys, sub)))
}

func TestGroupBy(t *testing.T) {
	for name, c := range map[string]struct {
		max  int
		sub  func(int) stage.Stage[int, int]
		want []int
	}{
		"each key has its own stage":     {3, sumOf, []int{0, 1, 2, 3, 5, 7, 9, 12, 15}},
		"a key that comes again is new":  {2, sumOf, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}},
		"what is held comes at the end":  {3, pairsOf, []int{0, 3, 1, 4, 2, 5, 6, 7, 8}},
		"what is held comes at eviction": {2, pairsOf, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}},
		"a stage that has enough":        {3, func(int) stage.Stage[int, int] { return operators.Take[int](1) }, []int{0, 1, 2}},
		"many of one": {3, func(int) stage.Stage[int, int] {
			return operators.FlatMap(func(v int) []int { return slices.Repeat([]int{v}, v%2*2) })
		}, []int{1, 1, 3, 3, 5, 5, 7, 7}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := groups(t, 9, c.max, c.sub); err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %v, error %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestGroupByRules(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	for name, sub := range map[string]func(int) stage.Stage[int, int]{
		"sum":   sumOf,
		"pairs": pairsOf,
		"one":   func(int) stage.Stage[int, int] { return operators.Take[int](1) },
		"odd":   func(int) stage.Stage[int, int] { return operators.Filter(func(v int) bool { return v%2 == 1 }) },
		"many": func(int) stage.Stage[int, int] {
			return operators.FlatMap(func(v int) []int { return slices.Repeat([]int{v}, 5) })
		},
	} {
		for _, most := range []int{1, 2, 3} {
			t.Run(fmt.Sprint(name, most), func(t *testing.T) {
				opts := []stagetest.Option{}
				if name == "pairs" { // elements do not leave in the order in which they came
					opts = append(opts, stagetest.By(func(outs []int) any { return outs }))
				}
				stagetest.Rules(t, func() stage.Stage[int, int] { return operators.GroupBy(byThree, most, sub) }, samples, opts...)
			})
		}
	}
}

func TestGroupByFails(t *testing.T) {
	boom := errors.New("boom")
	got, err := groups(t, 9, 3, func(k int) stage.Stage[int, int] {
		return operators.MapErr(func(v int) (int, error) {
			if v == 5 {
				return 0, boom
			}
			return v, nil
		})
	})
	var at *stage.Error
	if !errors.Is(err, boom) || !errors.As(err, &at) || !strings.Contains(err.Error(), "group 2") || len(got) != 5 {
		t.Errorf("got %v, error %v", got, err)
	}
	for what, sub := range map[string]func(int) stage.Stage[int, int]{
		"nil":             func(int) stage.Stage[int, int] { return nil },
		"must not be nil": func(int) stage.Stage[int, int] { return operators.Map[int, int](nil) },
		"async":           func(int) stage.Stage[int, int] { return operators.Async[int](3) },
		"compose": func(int) stage.Stage[int, int] {
			return stage.Compose(operators.Batch[int](2, time.Second), operators.Unbatch[int]())
		},
		"goroutines": func(int) stage.Stage[int, int] {
			return operators.MapErr(func(v int) (int, error) { return v, nil }, stage.Workers(2))
		},
	} {
		if _, err := groups(t, 9, 3, sub); err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), "groupby") {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

func TestGroupByBadArguments(t *testing.T) {
	for what, s := range map[string]stage.Stage[int, int]{
		"key function":   operators.GroupBy[int](nil, 1, sumOf),
		"number of keys": operators.GroupBy(byThree, 0, sumOf),
		"makes stages":   operators.GroupBy[int, int, int](byThree, 1, nil),
	} {
		if err := s.Meta().Err; err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}

// The books balance, and every read settles, whatever is dropped, held or cut.
func TestGroupByKeepsLineage(t *testing.T) {
	items := make([]int, 300)
	for i := range items {
		items[i] = i * i % 17
	}
	for name, sub := range map[string]func(int) stage.Stage[int, int]{"pairs": pairsOf, "one": func(int) stage.Stage[int, int] { return operators.Take[int](1) }} {
		t.Run(name, func(t *testing.T) {
			books := stagetest.NewCommitting(t, items, 7)
			op := operators.GroupBy(func(v int) int { return v }, 4, sub)
			r, err := flow.From(books).Via(op).To(sink.Discard[int]()).Start(t.Context())
			if err == nil {
				err = r.Wait()
			}
			if err != nil {
				t.Fatal(err)
			}
			books.ExpectCommitted(len(items))
			s, _ := r.Snapshot().Stage("groupby")
			if s.In != s.Out+s.Dropped[demand.ReasonClosed] || s.Discarded != 0 {
				t.Errorf("%d in, %d out, dropped %v, discarded %d", s.In, s.Out, s.Dropped, s.Discarded)
			}
			cut := stagetest.NewCommitting(t, items, 7)
			if _, err := flow.Collect(t.Context(), flow.From(cut).Via(op).Take(5)); err != nil {
				t.Fatal(err)
			}
			cut.ExpectSettled()
		})
	}
}
