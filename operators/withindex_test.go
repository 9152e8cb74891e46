package operators_test

import (
	"testing"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestWithIndex(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[string, operators.Indexed[string]] { return operators.WithIndex[string]() },
		[]string{"", "b", "c"}, stagetest.Want(operators.Indexed[string]{0, ""}, operators.Indexed[string]{1, "b"}, operators.Indexed[string]{2, "c"}))
}
