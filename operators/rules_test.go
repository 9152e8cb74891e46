package operators_test

import (
	"errors"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// The rules of package demand, for operators beyond those that stagetest tries
// itself on.
func TestRules(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	rules := func(name string, make func() stage.Stage[int, int], opts ...stagetest.Option) {
		t.Run(name, func(t *testing.T) { stagetest.Rules(t, make, samples, opts...) })
	}
	rules("FlatMap with many", func() stage.Stage[int, int] {
		return operators.FlatMap(func(v int) []int { return slices.Repeat([]int{v}, 40) })
	})
	rules("FlatMapSeq with many", func() stage.Stage[int, int] {
		return operators.FlatMapSeq(func(v int) iter.Seq[int] { return slices.Values(slices.Repeat([]int{v}, 40)) })
	})
	rules("Distinct that forgets", func() stage.Stage[int, int] {
		return operators.DistinctBy(func(v int) int { return v / 4 }, 2)
	})
	rules("Throttle, one by one", func() stage.Stage[int, int] { return operators.Throttle[int](1, 3*time.Millisecond) }, stagetest.Want(samples...))
	rules("Buffer with room for one", func() stage.Stage[int, int] { return operators.Buffer[int](1, demand.Block) }, stagetest.Want(samples...))
	rules("Recover that declines", func() stage.Stage[int, int] {
		return operators.Recover(func(error) (int, bool) { return 0, false })
	}, stagetest.Want(samples...))
	rules("Batch and Unbatch", func() stage.Stage[int, int] {
		return stage.Compose(operators.Batch[int](5, 0), operators.Unbatch[int]())
	}, stagetest.Want(samples...))
	rules("Batch in time and Unbatch", func() stage.Stage[int, int] {
		return stage.Compose(operators.Batch[int](5, 7*time.Millisecond), operators.Unbatch[int]())
	}, stagetest.Want(samples...))
	for _, c := range []struct{ n, step int }{{1, 1}, {3, 1}, {3, 2}, {4, 4}, {2, 5}, {50, 3}} {
		t.Run("Sliding", func(t *testing.T) {
			stagetest.Rules(t, func() stage.Stage[int, []int] { return operators.Sliding[int](c.n, c.step) }, samples)
		})
	}
	t.Run("Recover", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return operators.Recover(func(err error) (int, bool) { return -1, errors.Is(err, errSource) })
		}, samples, stagetest.Recovers())
	})
}
