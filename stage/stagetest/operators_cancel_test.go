package stagetest_test

import (
	"testing"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// These two give elements after a cancel.
func TestOperatorsEndWithACancel(t *testing.T) {
	one(t, "Recover", func() stage.Stage[int, int] {
		return operators.Recover(func(error) (int, bool) { return -1, true })
	}, stagetest.Recovers(), stagetest.ReleasesEarly())
	one(t, "Sliding", func() stage.Stage[int, []int] { return operators.Sliding[int](4, 3) })
}
