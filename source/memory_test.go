package source_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// Whatever is asked for, what comes is what there is.
func TestMemoryInAnyPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.IntRange(-50, 50).Draw(t, "lo")
		hi := rapid.IntRange(-50, 300).Draw(t, "hi")
		var want []int
		for v := lo; v < hi; v++ {
			want = append(want, v)
		}
		for name, up := range map[string]demand.Upstream[int]{
			"range": open(source.Range(lo, hi)),
			"slice": open(source.Slice(want)),
			"seq":   open(source.Seq(slices.Values(want))),
		} {
			var got []int
			for {
				dst := demand.NewChunk[int](rapid.IntRange(1, 100).Draw(t, "n"))
				if err := up.Pull(dst); err != nil {
					if err != demand.ErrCompleted || dst.Len() > 0 {
						t.Fatalf("%s: ended with %v and %d elements", name, err, dst.Len())
					}
					break
				}
				if dst.Len() == 0 {
					t.Fatalf("%s: answered with nothing", name)
				}
				got = append(got, dst.Items()...)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s: got %v, want %v", name, got, want)
			}
		}
	})
}

func TestRangeOverAllIntegers(t *testing.T) {
	got, err := flow.Collect(context.Background(), flow.From(source.Range(math.MinInt, math.MaxInt)).Via(operators.Take[int](2)))
	if err != nil || !slices.Equal(got, []int{math.MinInt, math.MinInt + 1}) {
		t.Fatalf("got %v, %v", got, err)
	}
	got, err = flow.Collect(context.Background(), flow.From(source.Range(math.MaxInt-2, math.MaxInt)))
	if err != nil || !slices.Equal(got, []int{math.MaxInt - 2, math.MaxInt - 1}) {
		t.Fatalf("got %v, %v", got, err)
	}
}

// After a cancel every source answers with its first cause.
func TestCancelIsSticky(t *testing.T) {
	for name, up := range map[string]demand.Upstream[int]{
		"slice": open(source.Slice([]int{1, 2, 3})),
		"range": open(source.Range(1, 4)),
		"func":  open(source.Func(func(context.Context) (int, error) { return 1, nil })),
		"seq":   open(source.Seq(slices.Values([]int{1, 2, 3}))),
		"seq2":  open(source.Seq2(failing(1, 2, 3))),
		"chan":  open(source.Chan(filled(1, 2, 3))),
		"queue": open[int](queueOf(1, 2, 3)),
	} {
		t.Run(name, func(t *testing.T) {
			if got := pull(t, up, 1, demand.Forever); !slices.Equal(got, []int{1}) {
				t.Fatalf("got %v, want [1]", got)
			}
			up.Cancel(errBoom)
			up.Cancel(demand.ErrEnough)
			for range 2 {
				if err := pullErr(t, up); err != errBoom {
					t.Fatalf("after Cancel: %v, want %v", err, errBoom)
				}
			}
		})
	}
}

func queueOf(items ...int) *source.HotQueue[int] {
	q := source.Queue[int](len(items), demand.Fail)
	for _, v := range items {
		if err := q.Offer(context.Background(), v); err != nil {
			panic(err)
		}
	}
	return q
}

func filled(items ...int) <-chan int {
	ch := make(chan int, len(items))
	for _, v := range items {
		ch <- v
	}
	return ch
}

// What is wrong with a description is told by Start, with the stage's name.
func TestMistakes(t *testing.T) {
	for name, s := range map[string]stage.Source[int]{
		"func":   source.Func[int](nil),
		"seq":    source.Seq[int](nil),
		"seq2":   source.Seq2[int](nil),
		"chan":   source.Chan[int](nil),
		"queue":  source.Queue[int](0, demand.Block),
		"named":  source.Slice([]int{1}, stage.Name("named"), stage.Workers(2)),
		"broken": source.Queue[int](1, 0, stage.Name("broken")),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := flow.Collect(context.Background(), flow.From(s))
			wantStage(t, err, name, s.Meta().Err)
		})
	}
}
