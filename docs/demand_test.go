package docs_test

// The code that the pages below docs/ quote. It is compiled, run and compared
// with what the pages say it prints.

import (
	"context"
	"fmt"
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func Example_takeAsksForNoMore() {
	calls := 0
	square := func(v int) int { calls++; return v * v }

	endless := flow.From(source.Range(0, 1<<62))
	squares := flow.Via(endless, operators.Map(square)).Take(3)
	got, err := flow.Collect(context.Background(), squares)
	fmt.Println(got, err, "calls:", calls)
	// Output: [0 1 4] <nil> calls: 3
}

func Example_oneAtATime() {
	most := 0
	see := stage.New("see", func(_ *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] {
		return seen{up, func(n int) { most = max(most, n) }}
	})
	f := flow.From(source.Range(0, 10_000)).Via(see)

	one := sink.Discard[int](stage.Window(1, 1))
	fmt.Println(f.To(one).Run(context.Background()), "largest request:", most)
	// Output: <nil> largest request: 1
}

// seen tells of every request.
type seen struct {
	demand.Upstream[int]
	tell func(n int)
}

func (s seen) Pull(dst *demand.Chunk[int]) error {
	s.tell(dst.Free())
	return s.Upstream.Pull(dst)
}

func TestTheWindowHasABound(t *testing.T) {
	most := 0
	see := stage.New("see", func(_ *stage.Runtime, up demand.Upstream[int]) demand.Upstream[int] {
		return seen{up, func(n int) { most = max(most, n) }}
	})
	if err := flow.From(source.Range(0, 100_000)).Via(see).To(sink.Discard[int]()).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if most > demand.DefaultWindow || most < 2 {
		t.Errorf("the largest request was for %d elements, want 2 to %d", most, demand.DefaultWindow)
	}
}
