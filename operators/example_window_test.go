package operators_test

import (
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

func ExampleBatchWeighted() {
	// At most ten bytes a batch.
	lines := flow.From(source.Slice([]string{"weir", "river", "sea", "a", "stream", "pond"}))
	show(flow.Via(lines, operators.BatchWeighted(10, time.Second, func(s string) int64 { return int64(len(s)) })))
	// Output: [weir river] [sea a stream] [pond]
}

func ExampleSplitWhen() {
	lines := flow.From(source.Slice([]string{"# one", "a", "b", "# two", "c"}))
	show(flow.Via(lines, operators.SplitWhen(func(s string) bool { return s[0] == '#' }, 1000)))
	// Output: [# one a b] [# two c]
}

func ExampleSplitAfter() {
	words := flow.From(source.Slice([]string{"water", "falls.", "so", "it", "goes."}))
	show(flow.Via(words, operators.SplitAfter(func(s string) bool { return s[len(s)-1] == '.' }, 1000)))
	// Output: [water falls.] [so it goes.]
}

func ExampleChunkBy() {
	words := flow.From(source.Slice([]string{"apple", "avocado", "bank", "bay", "acorn"}))
	show(flow.Via(words, operators.ChunkBy(func(s string) byte { return s[0] }, 1000)))
	// Output: [apple avocado] [bank bay] [acorn]
}

func ExampleTimeWindow() {
	// All come within one window, or more than one may hold.
	show(flow.Via(flow.From(source.Range(0, 5)), operators.TimeWindow[int](time.Hour, 3)))
	// Output: [0 1 2] [3 4]
}

func ExampleSlidingTime() {
	// All come within one window, of those that begin every minute.
	show(flow.Via(flow.From(source.Range(0, 5)), operators.SlidingTime[int](time.Hour, time.Minute, 1000)))
	// Output: [0 1 2 3 4]
}

func ExampleSessionWindow() {
	ch := make(chan int)
	go func() {
		for v := range 4 {
			if v == 2 {
				time.Sleep(100 * time.Millisecond)
			}
			ch <- v
		}
		close(ch)
	}()
	show(flow.Via(flow.From(source.Chan(ch)), operators.SessionWindow[int](30*time.Millisecond, 1000)))
	// Output: [0 1] [2 3]
}
