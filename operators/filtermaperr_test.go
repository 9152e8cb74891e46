package operators_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

var errUnlucky = errors.New("unlucky")

func unlucky(v int) error {
	if v == 13 {
		return errUnlucky
	}
	return nil
}

func TestFilterMapErr(t *testing.T) {
	f := func(v int) (int, bool, error) { return v, v%3 != 0, unlucky(v) }
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.FilterMapErr(f, stage.OnError(stage.Skip())) },
		[]int{4, 0, 13, 6, 7, 8}, stagetest.Want(4, 7, 8))
	wantMistake(t, operators.FilterMapErr[int, int](nil), "function must not be nil")
	checkErr(t, func(opts ...stage.Option) stage.Stage[int, int] { return operators.FilterMapErr(f, opts...) }, 8, 12)
}

func TestFlatMapErr(t *testing.T) {
	f := func(v int) ([]int, error) { return []int{v, v}[:v%3], unlucky(v) }
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.FlatMapErr(f, stage.OnError(stage.Skip())) },
		[]int{4, 0, 13, 6, 5, 8}, stagetest.Want(4, 5, 5, 8, 8))
	wantMistake(t, operators.FlatMapErr[int, int](nil), "function must not be nil")
	checkErr(t, func(opts ...stage.Option) stage.Stage[int, int] { return operators.FlatMapErr(f, opts...) }, 12, 18)
}

// checkErr runs an operator on 0 to 19, of which it refuses 13: before that come
// n elements, and all in all, with 13 skipped.
func checkErr(t *testing.T, op func(...stage.Option) stage.Stage[int, int], before, all int) {
	t.Helper()
	for _, window := range []int{1, 3, 256} {
		for _, per := range []int{1, 4, 1000} {
			t.Run(fmt.Sprintf("window %d, reads of %d", window, per), func(t *testing.T) {
				var l ledger
				got, err := collect(t, l.tracked(upTo(20), per, demand.ErrCompleted).Via(op(stage.Name("mine"))), window)
				var at *stage.Error
				if !errors.Is(err, errUnlucky) || !errors.As(err, &at) || at.Stage != "mine" || at.Record != 14 || len(got) != before {
					t.Errorf("got %v, error %v; want %d elements", got, err, before)
				}
				l.check(t, 13)

				l = ledger{}
				r, arrived, err := start(t, l.tracked(upTo(20), per, demand.ErrCompleted).Via(op(stage.Name("mine"), stage.OnError(stage.Skip()))), window)
				if err == nil {
					err = r.Wait()
				}
				s, _ := r.Snapshot().Stage("mine")
				if err != nil || len(*arrived) != all || s.Dropped[demand.ReasonSkipped] != 1 {
					t.Errorf("got %v, error %v, dropped %v; want %d elements", *arrived, err, s.Dropped, all)
				}
				l.check(t, 20)
			})
		}
	}
}
