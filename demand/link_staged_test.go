package demand_test

import (
	"testing"

	"github.com/weir-go/weir/demand"
)

// A hub whose function panics has put elements that it never flushed.
func TestLinkCloseLetsGoOfWhatWasPutAndNotFlushed(t *testing.T) {
	for name, end := range map[string]func(l *demand.Link[int]){
		"close, cancel": func(l *demand.Link[int]) { l.Close(errClosed); l.Cancel(errLeft) },
		"cancel, close": func(l *demand.Link[int]) { l.Cancel(errLeft); l.Close(errClosed) },
	} {
		t.Run(name, func(t *testing.T) {
			var reads ledger
			l := demand.NewLink[int]("", 8)
			src := filled(2, 1, 2)
			r := reads.read()
			src.SetLineage(r.lineage)
			l.Put(src, 0, 2)
			src.Advance(2)
			end(l)
			reads.allSettled(t)
			if r.outcome != demand.Abandoned {
				t.Errorf("it ended %s", r.outcome)
			}
			if s := l.Stats(); s.In != s.Out+s.Discarded {
				t.Errorf("counts %+v", s)
			}
		})
	}
}
