package operators_test

import (
	"testing"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/stage"
)

// What was read and not passed on is counted as discarded, by the stage that cut
// it off.
func TestCutsAreCounted(t *testing.T) {
	for name, c := range map[string]struct {
		op   stage.Stage[int, int]
		pass int64
	}{
		"takewhile": {operators.TakeWhile(below(50)), 50},
		"takeuntil": {operators.TakeUntil(func(v int) bool { return v >= 50 }), 51},
	} {
		for _, window := range []int{1, 7, 256} {
			var l ledger
			r, got, err := start(t, l.tracked(upTo(100), 30, demand.ErrCompleted).Via(c.op), window)
			if err == nil {
				err = r.Wait()
			}
			s, _ := r.Snapshot().Stage(name)
			if err != nil || int64(len(*got)) != c.pass || s.Out != c.pass || s.In != s.Out+s.Discarded {
				t.Errorf("%s, window %d: in %d, out %d, discarded %d, error %v", name, window, s.In, s.Out, s.Discarded, err)
			}
			if window == 256 && s.In != 60 {
				t.Errorf("%s read %d elements, want two reads of 30", name, s.In)
			}
		}
	}
}
