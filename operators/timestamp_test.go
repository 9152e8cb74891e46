package operators_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
	"github.com/weir-go/weir/stage/stagetest"
)

func TestTimestamp(t *testing.T) {
	for _, window := range []int{1, 7} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			f := flow.Via(timeline(demand.ErrCompleted, 10*ms, 10*ms, 30*ms, time.Second), operators.Timestamp[int]())
			got, err := watch(t, flow.Via(f, operators.Map(func(e operators.Timestamped[int]) string {
				return fmt.Sprint(e.Value, " at ", e.At.Sub(begun))
			})), 0, stage.Window(window, window))
			if err != nil {
				t.Fatal(err)
			}
			wantMoments(t, got, moment{10 * ms, "0 at 10ms"}, moment{10 * ms, "1 at 10ms"}, moment{30 * ms, "2 at 30ms"}, moment{1000 * ms, "3 at 1s"})
		})
	}
}

func TestTimeInterval(t *testing.T) {
	for _, window := range []int{1, 7} {
		synctest.Test(t, func(t *testing.T) {
			f := flow.Via(timeline(demand.ErrCompleted, 10*ms, 10*ms, 30*ms, time.Second), operators.TimeInterval[int]())
			got, err := watch(t, flow.Via(f, operators.Map(func(e operators.Interval[int]) string {
				return fmt.Sprint(e.Value, " after ", e.Since)
			})), 0, stage.Window(window, window))
			if err != nil {
				t.Fatal(err)
			}
			wantMoments(t, got, moment{10 * ms, "0 after 10ms"}, moment{10 * ms, "1 after 0s"}, moment{30 * ms, "2 after 20ms"}, moment{1000 * ms, "3 after 970ms"})
		})
	}
}

// What came together has one time, also when it leaves one after the other,
// because the sink is slow; and what nobody asked for comes when it is asked for.
func TestTimestampOfWhatCameTogether(t *testing.T) {
	for window, want := range map[int]string{1: "[0s 50ms 100ms 150ms]", 7: "[0s 0s 0s 0s]"} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			var at []time.Duration
			f := flow.Via(flow.From(source.Range(0, 4)), operators.Timestamp[int]())
			_, err := watch(t, flow.Via(f, operators.Map(func(e operators.Timestamped[int]) int {
				at = append(at, e.At.Sub(begun))
				return e.Value
			})), 50*ms, stage.Window(window, window))
			if err != nil || fmt.Sprint(at) != want {
				t.Errorf("window %d: elements came at %v, want %s, error %v", window, at, want, err)
			}
		})
	}
}

// In a hurry the stage hands on less than upstream gave it: the rest keeps its
// time.
func TestTimestampInAHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		up := pullFunc(func(dst *demand.Chunk[int]) error {
			for v := range 3 {
				dst.Append(v)
			}
			return nil
		})
		s := operators.Timestamp[int]().Open(nil, up)
		dst := demand.NewChunk[operators.Timestamped[int]](3)
		dst.SetIsland(demand.NewIsland())
		dst.Island().Hurry()
		for i, want := range []time.Duration{0, 0, 0, 30 * ms} {
			if err := s.Pull(dst); err != nil || dst.Len() != 1 {
				t.Fatalf("%d elements, error %v", dst.Len(), err)
			}
			if e := dst.Items()[0]; e.At.Sub(begun) != want || e.Value != i%3 {
				t.Errorf("got %d at %s, want it at %s", e.Value, e.At.Sub(begun), want)
			}
			dst.Reset(3)
			time.Sleep(10 * ms)
		}
	})
}

func TestRulesOfTimestamp(t *testing.T) {
	samples := []int{0, 3, 5, 2, 9, 4, 7, 8, 1, 12, 6, 10}
	t.Run("Timestamp", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return stage.Compose(operators.Timestamp[int](), operators.Map(func(e operators.Timestamped[int]) int { return e.Value }))
		}, samples, stagetest.Want(samples...))
		stagetest.Rules(t, func() stage.Stage[int, operators.Timestamped[int]] { return operators.Timestamp[int]() }, samples,
			stagetest.By(func(outs []operators.Timestamped[int]) any {
				var values []int
				for i, e := range outs {
					if values = append(values, e.Value); i > 0 && e.At.Before(outs[i-1].At) {
						values = append(values, -1) // time runs backwards
					}
				}
				return values
			}))
	})
	t.Run("TimeInterval", func(t *testing.T) {
		stagetest.Rules(t, func() stage.Stage[int, int] {
			return stage.Compose(operators.TimeInterval[int](), operators.Map(func(e operators.Interval[int]) int { return e.Value }))
		}, samples, stagetest.Want(samples...))
	})
}
