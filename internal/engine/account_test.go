package engine_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

// A sleep that is over counts from then on, not from the next time that the
// island finds to publish its account.
func TestIdleTimeDoesNotGoBackward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := stagetest.NewSource[int](t)
		slow := operators.Map(func(v int) int { time.Sleep(time.Minute); return v }, stage.Name("slow"))
		r, err := flow.Via(flow.From(src), slow).To(sink.Discard[int]()).Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		before, _ := r.Snapshot().Stage("slow")
		src.Send(1)
		time.Sleep(time.Second)
		during, _ := r.Snapshot().Stage("slow")
		if during.Idle < before.Idle {
			t.Errorf("idle for %s, and a second later for %s", before.Idle, during.Idle)
		}
		src.Complete()
		if err := r.Wait(); err != nil {
			t.Error(err)
		}
	})
}
