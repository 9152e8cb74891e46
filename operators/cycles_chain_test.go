package operators_test

import (
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// cyclesLinks returns cycles for random chains. With a capacity of one they keep
// order, so that they have a model.
func cyclesLinks(n, m int) []link {
	next := func(v int) int { return v + 1 }
	back := func(v int) (int, bool) { return v, v%m != 0 }
	cycle := func(body stage.Stage[int, int]) stage.Stage[int, int] {
		return operators.Feedback(body, back, 1, demand.Fail)
	}
	model := oneToSome(func(v int) []int { return []int{v + m - v%m} })
	return []link{
		{"Feedback", cycle(operators.Map(next)), model, false},
		{fmt.Sprint("Feedback over a link of ", n), cycle(stage.Compose(operators.Map(next), operators.Async[int](n))), model, false},
		{"Feedback with workers", cycle(operators.MapErr(func(v int) (int, error) { return v + 1, nil }, stage.Workers(m))), model, false},
		{"Feedback in Feedback", operators.Feedback(cycle(operators.Map(next)), func(int) (int, bool) { return 0, false }, n, demand.Fail), model, false},
	}
}
