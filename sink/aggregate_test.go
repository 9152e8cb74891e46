package sink_test

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func TestAggregates(t *testing.T) {
	for _, window := range []int{1, 1024} {
		w := stage.Window(window, window)
		last := func(v int) int { return v % 10 }
		for name, c := range map[string]struct {
			items []int
			want  int
			ok    bool
			sink  func(v *int, ok *bool) stage.Sink[int]
		}{
			"first":         {[]int{7, 8, 9}, 7, true, func(v *int, ok *bool) stage.Sink[int] { return sink.First(v, ok, w) }},
			"first of none": {nil, -1, false, func(v *int, ok *bool) stage.Sink[int] { return sink.First(v, ok) }},
			"last":          {[]int{7, 8, 9}, 9, true, func(v *int, ok *bool) stage.Sink[int] { return sink.Last(v, ok, w) }},
			"last of none":  {nil, -1, false, func(v *int, ok *bool) stage.Sink[int] { return sink.Last(v, ok, w) }},
			"min": {[]int{23, 11, 21, 35}, 11, true, func(v *int, ok *bool) stage.Sink[int] {
				return sink.Min(v, ok, func(a, b int) int { return cmp.Compare(last(a), last(b)) }, w)
			}},
			"max": {[]int{23, 35, 11, 15}, 35, true, func(v *int, ok *bool) stage.Sink[int] {
				return sink.Max(v, ok, func(a, b int) int { return cmp.Compare(last(a), last(b)) }, w)
			}},
			"min of none": {nil, -1, false, func(v *int, ok *bool) stage.Sink[int] { return sink.Min(v, ok, cmp.Compare[int], w) }},
			"reduce": {[]int{9, 4, 2}, 3, true, func(v *int, ok *bool) stage.Sink[int] {
				return sink.Reduce(v, ok, func(a, b int) int { return a - b }, w)
			}},
		} {
			v, ok := -1, !c.ok
			if err := run(c.sink(&v, &ok), c.items...); err != nil || v != c.want || ok != c.ok {
				t.Errorf("%s, window %d: got %d, %v, error %v", name, window, v, ok, err)
			}
		}
		n, text, m := int64(2), ">", map[int]int(nil)
		if err := run(sink.Count[int](&n, w), 1, 2, 3); err != nil || n != 5 {
			t.Errorf("counted %d, error %v", n, err)
		}
		if err := run(sink.Fold(&text, func(s, v string) string { return s + v }, w), "a", "b"); err != nil || text != ">ab" {
			t.Errorf("folded %q, error %v", text, err)
		}
		if err := run(sink.ToMap(&m, last, w), 11, 12, 21); err != nil || !maps.Equal(m, map[int]int{1: 21, 2: 12}) {
			t.Errorf("mapped %v, error %v", m, err)
		}
	}
}

func TestAnyAndAll(t *testing.T) {
	three := func(v int) bool { return v == 3 }
	for name, c := range map[string]struct {
		sink  func(ok *bool) stage.Sink[int]
		items []int
		want  bool
	}{
		"any":         {func(ok *bool) stage.Sink[int] { return sink.Any(ok, three) }, []int{1, 3, 2}, true},
		"not any":     {func(ok *bool) stage.Sink[int] { return sink.Any(ok, three) }, []int{1, 2}, false},
		"any of none": {func(ok *bool) stage.Sink[int] { return sink.Any(ok, three) }, nil, false},
		"all":         {func(ok *bool) stage.Sink[int] { return sink.All(ok, three) }, []int{3, 3}, true},
		"not all":     {func(ok *bool) stage.Sink[int] { return sink.All(ok, three) }, []int{3, 1, 3}, false},
		"all of none": {func(ok *bool) stage.Sink[int] { return sink.All(ok, three) }, nil, true},
	} {
		ok := !c.want
		if err := run(c.sink(&ok), c.items...); err != nil || ok != c.want {
			t.Errorf("%s: got %v, error %v", name, ok, err)
		}
	}
}

// They end a stream that would go on for ever.
func TestSearchesEndEarly(t *testing.T) {
	ever := func() flow.Flow[int] {
		return flow.From(source.Func(func(context.Context) (int, error) { return 7, nil }))
	}
	var v int
	var ok bool
	for _, s := range []stage.Sink[int]{
		sink.First(&v, &ok),
		sink.Any(&ok, func(int) bool { return true }),
		sink.All(&ok, func(int) bool { return false }),
	} {
		if err := ever().To(s).Run(t.Context()); err != nil {
			t.Errorf("%s: %v", s.Meta().Title(), err)
		}
	}
}

// First handles one element and no other; after an error the elements before count.
func TestFirstOfTracked(t *testing.T) {
	s := track(10)
	var v int
	var ok bool
	if err := flow.From(s).To(sink.First(&v, &ok)).Run(t.Context()); err != nil || v != 0 || !ok {
		t.Errorf("got %d, %v, error %v", v, ok, err)
	}
	equal(t, "handled", s.done(), []int{0})
	sum := 0
	f := flow.Via(flow.From(source.Range(1, 9)), operators.MapErr(func(v int) (int, error) {
		if v == 4 {
			return 0, errBoom
		}
		return v, nil
	}))
	err := f.To(sink.Fold(&sum, func(a, v int) int { return a + v })).Run(t.Context())
	if !errors.Is(err, errBoom) || sum != 6 {
		t.Errorf("sum %d, error %v", sum, err)
	}
}

func TestAggregatesServeOneRun(t *testing.T) {
	var n int64
	p := flow.From(source.Range(0, 3)).To(sink.Count[int](&n))
	first, second := p.Run(t.Context()), p.Run(t.Context())
	if first != nil || !errors.Is(second, stage.ErrUsed) || n != 3 {
		t.Errorf("got %v, then %v, counted %d", first, second, n)
	}
}

func TestMistakesOfAggregates(t *testing.T) {
	var v int
	var ok bool
	for _, s := range []stage.Sink[int]{
		sink.Fold[int, int](nil, func(a, v int) int { return a }), sink.Fold[int](&v, nil), sink.Reduce[int](&v, &ok, nil), sink.Reduce(&v, nil, func(a, v int) int { return a }),
		sink.Count[int](nil), sink.Last[int](nil, &ok), sink.Last[int](&v, nil), sink.First(&v, nil), sink.First[int](nil, &ok),
		sink.Min(&v, &ok, nil), sink.Max(&v, &ok, nil), sink.ToMap[int, int](nil, func(v int) int { return v }),
		sink.Any[int](&ok, nil), sink.All[int](&ok, nil), sink.Any(nil, func(int) bool { return true }),
	} {
		if err := s.Meta().Err; err == nil || !strings.HasSuffix(err.Error(), "must not be nil") {
			t.Errorf("%s: got %v", s.Meta().Kind, err)
		}
	}
}
