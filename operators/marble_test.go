package operators_test

import (
	"testing"
	"time"

	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// What the operators that keep time do, in pictures.

func TestMarblesOfBatch(t *testing.T) {
	batch := func() stage.Stage[string, []string] { return operators.Batch[string](3, 4*time.Millisecond) }
	groups := stagetest.Values(map[string][]string{"x": {"a", "b", "c"}, "y": {"d"}, "z": {"d", "e"}, "w": {"a", "b"}})
	stagetest.Marbles(t, batch,
		"a-b-c-d---|",
		"----x-----(y|)", groups)
	stagetest.Marbles(t, batch,
		"a-b-c--d----------|",
		"----x------y------|", groups)
	stagetest.Marbles(t, batch,
		"(abc)d-e-#",
		"x    ----(z#)", groups)
	// What comes when time is up is still in.
	stagetest.Marbles(t, batch,
		"a---b---|",
		"----w---|", groups)
	// A batch is only begun when one is asked for.
	stagetest.Marbles(t, batch,
		"abcd---------e-|",
		"--x------------(z|)", groups, stagetest.Demand("1-------------2"))
}

func TestMarblesOfThrottle(t *testing.T) {
	throttle := func() stage.Stage[string, string] { return operators.Throttle[string](1, 3*time.Millisecond) }
	stagetest.Marbles(t, throttle,
		"(abc)-------|",
		"a    --b--c--|")
	stagetest.Marbles(t, throttle,
		"a-----b-c--d|",
		"a-----b--c--d--|")
	burst := func() stage.Stage[string, string] { return operators.Throttle[string](2, 4*time.Millisecond) }
	stagetest.Marbles(t, burst,
		"(abcd)---     |",
		"(ab)  - c - d - |")
}

func TestMarblesOfTimeout(t *testing.T) {
	timeout := func() stage.Stage[string, string] { return operators.Timeout[string](3 * time.Millisecond) }
	stagetest.Marbles(t, timeout,
		"a--b--c-----d|",
		"a--b--c--#", stagetest.FailsWith(operators.ErrTimeout))
	stagetest.Marbles(t, timeout,
		"a-#",
		"a-#")
	// The clock stands still while nobody asks.
	stagetest.Marbles(t, timeout,
		"a--------b-|",
		"a--------b-|", stagetest.Demand("1------*"))
}

func TestMarblesOfSliding(t *testing.T) {
	stagetest.Marbles(t, func() stage.Stage[string, []string] { return operators.Sliding[string](3, 2) },
		"a-b-c-d-e-f-|",
		"----x---y---(z|)",
		stagetest.Values(map[string][]string{"x": {"a", "b", "c"}, "y": {"c", "d", "e"}, "z": {"e", "f"}}))
}

func TestMarblesOfTakeWhile(t *testing.T) {
	before := func(last string) func(string) bool { return func(v string) bool { return v < last } }
	stagetest.Marbles(t, func() stage.Stage[string, string] { return operators.TakeWhile(before("c")) },
		"a-b-c-a-|",
		"a-b-|")
	stagetest.Marbles(t, func() stage.Stage[string, string] { return operators.Take[string](2) },
		"a-b-c-|",
		"a-(b|)")
}
