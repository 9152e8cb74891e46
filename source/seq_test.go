package source_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// failing yields the items with nil errors, then the errors.
func failing(items ...int) iter.Seq2[int, error] { return failingWith(items) }

func failingWith(items []int, errs ...error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for _, v := range items {
			if !yield(v, nil) {
				return
			}
		}
		for _, err := range errs {
			if !yield(0, err) {
				return
			}
		}
	}
}

func TestSeqRunsAgain(t *testing.T) {
	f := flow.From(source.Seq(slices.Values([]int{1, 2, 3})))
	for range 3 {
		if got, err := flow.Collect(context.Background(), f); err != nil || !slices.Equal(got, []int{1, 2, 3}) {
			t.Fatalf("got %v, %v", got, err)
		}
	}
}

func TestSeq2Fails(t *testing.T) {
	for _, end := range []error{errBoom, demand.ErrCompleted, demand.ErrEnough, demand.ErrStopped} {
		got, err := flow.Collect(context.Background(), flow.From(source.Seq2(failingWith([]int{1, 2}, end, errors.New("another")))))
		if !slices.Equal(got, []int{1, 2}) {
			t.Errorf("got %v before the error, want [1 2]", got)
		}
		wantStage(t, err, "seq2", end)
	}
}

func TestSeqPanics(t *testing.T) {
	seq := func(yield func(int) bool) {
		_ = yield(1) && yield(2)
		panic(errBoom)
	}
	got, err := flow.Collect(context.Background(), flow.From(source.Seq(seq)))
	if !slices.Equal(got, []int{1, 2}) || !errors.Is(err, errBoom) {
		t.Errorf("got %v before %v, want [1 2] and %v", got, err, errBoom)
	}
	wantPanic(t, err, "seq", errBoom)
}

// However the run ends, the iterator is left and has cleaned up when Run
// returns.
func TestSeqIsLeft(t *testing.T) {
	for name, run := range map[string]func(f flow.Flow[int]) error{
		"completed": func(f flow.Flow[int]) error { return f.To(sink.Discard[int]()).Run(context.Background()) },
		"enough": func(f flow.Flow[int]) error {
			return f.Via(operators.Take[int](3)).To(sink.Discard[int]()).Run(context.Background())
		},
		"over a link": func(f flow.Flow[int]) error {
			return f.Via(operators.Async[int](4)).Via(operators.Take[int](3)).To(sink.Discard[int]()).Run(context.Background())
		},
		"failing sink": func(f flow.Flow[int]) error {
			err := f.To(sink.ForEach(func(v int) error { return errBoom })).Run(context.Background())
			if errors.Is(err, errBoom) {
				return nil
			}
			return fmt.Errorf("got %w, want %w", err, errBoom)
		},
		"cancelled": func(f flow.Flow[int]) error {
			ctx, cancel := context.WithCancelCause(context.Background())
			err := f.To(sink.ForEach(func(v int) error {
				if v == 100 {
					cancel(errBoom)
				}
				return nil
			})).Run(ctx)
			if err == errBoom {
				return nil
			}
			return fmt.Errorf("got %w, want %w", err, errBoom)
		},
	} {
		t.Run(name, func(t *testing.T) {
			left := 0
			err := run(flow.From(source.Seq(func(yield func(int) bool) {
				defer func() { left++ }()
				for v := range 100_000 {
					if !yield(v) {
						return
					}
				}
			})))
			if err != nil || left != 1 {
				t.Errorf("left %d times, %v", left, err)
			}
		})
	}
}

// A stage of a user that keeps a cancel to itself leaves no iterator behind.
func TestSeqIsLeftByTheRun(t *testing.T) {
	left := false
	seq := func(yield func(int) bool) {
		defer func() { left = true }()
		for yield(1) {
		}
	}
	deaf := stage.New("deaf", func(_ *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] { return deaf{up} })
	err := flow.From(source.Seq(seq)).Via(deaf).Via(operators.Take[int](1)).To(sink.Discard[int]()).Run(context.Background())
	if err != nil || !left {
		t.Fatalf("left: %t, %v", left, err)
	}
}

type deaf struct{ demand.Upstream[int] }

func (deaf) Cancel(error) {}

func ExampleSeq() {
	stock := map[string]int{"apples": 3, "pears": 5}
	f := flow.From(source.Seq(maps.Keys(stock)))
	fruit, err := flow.Collect(context.Background(), f)
	slices.Sort(fruit)
	fmt.Println(fruit, err)
	// Output: [apples pears] <nil>
}

func ExampleSeq2() {
	rows := func(yield func(string, error) bool) {
		_ = yield("first", nil) && yield("", errors.New("connection lost"))
	}
	fmt.Println(flow.Collect(context.Background(), flow.From(source.Seq2(rows))))
	// Output: [first] weir: stage "seq2": connection lost
}
