package operators_test

import (
	"testing"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestSkipUntil(t *testing.T) {
	stagetest.Marbles(t, func() stage.Stage[string, string] {
		return operators.SkipUntil(func(v string) bool { return v == "c" })
	},
		"a-b-c-a-b-|",
		"----c-a-b-|")
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	stagetest.Rules(t, func() stage.Stage[int, int] {
		return operators.SkipUntil(func(v int) bool { return v > 8 })
	}, samples, stagetest.Want(9, 4, 7, 8, 1, 12, 6, 10))
}
