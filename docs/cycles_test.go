package docs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

// A traveller goes round until left is 0.
type traveller struct{ id, left int }

func travellers(n int) flow.Flow[traveller] {
	return flow.Via(flow.From(source.Range(0, n)), operators.Map(func(id int) traveller { return traveller{id, 3} }))
}

func step(t traveller) traveller { return traveller{t.id, t.left - 1} }

// naive is the page's example of a cycle that fills up: one branch goes back to
// where it came from.
func naive(ctx context.Context, n int, done func(traveller) error) ([]flow.Pipeline, *source.HotQueue[traveller]) {
	back := source.Queue[traveller](100, demand.Block)
	round := flow.Merge(travellers(n), flow.From(back)).Via(operators.Map(step))
	ways := flow.Partition(round, 2, func(t traveller) int { return min(t.left, 1) })
	leave := ways[0].To(sink.ForEach(done))
	again := ways[1].To(sink.ForEach(func(t traveller) error { return back.Offer(ctx, t) }))
	return []flow.Pipeline{leave, again}, back
}

// With few elements it works, but for the end, which nobody tells; with many it
// hangs, and only who looks at its counts knows.
func TestNaiveCycleHangs(t *testing.T) {
	for n, hangs := range map[int]bool{100: false, 10_000: true} {
		t.Run(fmt.Sprint(n, " elements"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				out := 0
				p, back := naive(ctx, n, func(traveller) error { out++; return nil })
				r, err := flow.Start(ctx, p...)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				select {
				case <-r.Done():
					t.Fatal("it has ended, and nobody has told its queue")
				default:
				}
				if full := back.Stats().Held == 100; full != hangs || (out < n) != hangs {
					t.Errorf("%d of %d elements came out in an hour, the queue holds %d", out, n, back.Stats().Held)
				}
				cancel(errDrawn)
				if err := r.Wait(); !errors.Is(err, errDrawn) {
					t.Error(err)
				}
			})
		})
	}
}

func Example_cycle() {
	again := func(t traveller) (traveller, bool) { return t, t.left > 0 }
	round := operators.Feedback(operators.Map(step), again, 100, demand.Fail)
	all, err := flow.Collect(context.Background(), travellers(10_000).Via(round))
	fmt.Println(len(all), err)
	// Output: 10000 <nil>
}
