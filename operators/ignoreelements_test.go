package operators_test

import (
	"testing"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestIgnoreElements(t *testing.T) {
	stagetest.Rules(t, func() stage.Stage[int, int] { return operators.IgnoreElements[int]() }, upTo(9), stagetest.Want[int]())
	c := stagetest.NewCommitting(t, upTo(20), 3)
	got, err := flow.Collect(t.Context(), flow.From(c).Via(operators.IgnoreElements[int]()))
	if err != nil || len(got) != 0 {
		t.Errorf("got %v, error %v", got, err)
	}
	c.ExpectCommitted(20)
}
