package operators_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// windowLinks are links of a random chain that make slices, which are then taken
// apart. Where they end is checked in TestSlicesOfAnything.
func windowLinks(n, m int) []link {
	apart := func(what string, op stage.Stage[int, []int]) link {
		return link{what, stage.Compose(op, operators.Unbatch[int]()), rebatched(n, n), false}
	}
	multiple := func(v int) bool { return v%m == 0 }
	weight := func(v int) int64 { return int64(v) % 7 }
	return []link{
		apart(fmt.Sprint("BatchWeighted ", n), operators.BatchWeighted(int64(n)+6, 0, weight)),
		apart(fmt.Sprint("BatchWeighted in time ", n), operators.BatchWeighted(int64(n)+6, time.Hour, weight)),
		apart(fmt.Sprint("SplitWhen ", n), operators.SplitWhen(multiple, n)),
		apart(fmt.Sprint("SplitAfter ", n), operators.SplitAfter(multiple, n)),
		apart(fmt.Sprint("ChunkBy ", n), operators.ChunkBy(func(v int) int { return v / m }, n)),
		apart(fmt.Sprint("TimeWindow ", n), operators.TimeWindow[int](24*365*time.Hour, n)),
		apart(fmt.Sprint("SessionWindow ", n), operators.SessionWindow[int](time.Hour, n)),
		apart(fmt.Sprint("SlidingTime ", n), operators.SlidingTime[int](24*365*time.Hour, time.Hour, n)),
	}
}

func TestWindowLinks(t *testing.T) {
	in := []int{4, 8, 15, 16, 23, 42, 0, 7, 7, 7, 12}
	for _, n := range []int{1, 3, 40} {
		for _, l := range windowLinks(n, 4) {
			for _, window := range []int{1, 1024} {
				var books ledger
				got, err := collect(t, books.tracked(in, 3, demand.ErrCompleted).Via(l.op), window)
				var want []arrival
				for _, v := range in {
					want = append(want, arrival{fmt.Sprint(v), 0})
				}
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("%s, window %d: got %v, want %v, error %v", l.what, window, got, want, err)
				}
				books.check(t, len(in))
			}
		}
	}
}
