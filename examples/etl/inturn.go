package main

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// maxRecord is the most bytes that a record may have.
const maxRecord = 64 << 10

// inTurn is a source that reads inputs one after the other, the whole row of
// them n times. Each is opened when the one before it has ended, so their number
// costs nothing. It shows how to make a source of sources: the ones inside run
// under the options of the one around them, with its name and its policy for
// errors.
func inTurn(open []source.Opener, n int, opts ...stage.Option) stage.Source[record] {
	m := stage.Configure("InTurn", stage.TakesOnError, opts)
	m.Blocking = true
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[record] {
		return &turns{rt: rt, open: open, end: n * len(open)}
	})
}

type turns struct {
	rt   *stage.Runtime
	open []source.Opener
	next int                     // how many have been opened
	end  int                     // how many there are to open
	up   demand.Upstream[record] // the one at hand
	err  error
}

func (t *turns) Pull(dst *demand.Chunk[record]) error {
	for t.err == nil {
		if t.up == nil {
			t.begin()
			continue
		}
		err := t.up.Pull(dst)
		if err != demand.ErrCompleted {
			return err
		}
		t.up.Cancel(demand.ErrEnough)
		t.up = nil
	}
	return t.err
}

func (t *turns) begin() {
	if t.next == t.end {
		t.err = demand.ErrCompleted
		return
	}
	open := t.open[t.next%len(t.open)]
	t.next++
	t.up = source.RecordsWith[record](open, source.RecordOptions{MaxRecord: maxRecord}).Open(t.rt)
}

func (t *turns) Cancel(cause error) {
	if t.err == nil {
		t.err = cause
	}
	if t.up != nil {
		t.up.Cancel(cause)
	}
}
