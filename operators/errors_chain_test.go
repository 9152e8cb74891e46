package operators_test

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// errorsLinks are the operators of this family for random chains.
func errorsLinks(_, _ int) (links []link) {
	for name, make := range ofFailures() {
		links = append(links, link{name, make(), unchanged, false})
	}
	return append(links,
		link{"Kill", operators.Kill[int](new(operators.KillSwitch)), unchanged, false},
		link{"Gate", operators.Gate[int](new(operators.Valve)), unchanged, false},
		link{"Monitor", operators.Monitor[int](operators.Hooks{}), unchanged, false},
		link{"Log", operators.Log[int](slog.New(slog.DiscardHandler), slog.LevelInfo, stage.Name("log")), unchanged, false},
	)
}

func TestErrorsLinks(t *testing.T) {
	for _, k := range errorsLinks(3, 2) {
		for _, window := range []int{1, 1024} {
			var l ledger
			got, err := collect(t, l.tracked(upTo(100), 7, demand.ErrCompleted).Via(k.op), window)
			var in []item
			for i, v := range upTo(100) {
				in = append(in, item{v, int64(i) + 1})
			}
			var want []arrival
			for _, e := range k.model(in) {
				want = append(want, arrival{fmt.Sprint(e.v), e.record})
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: got %v, error %v", k.what, got, err)
			}
			l.check(t, 100)
		}
	}
}
