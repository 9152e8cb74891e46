package stage

import (
	"sync"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
)

// A Letter is an element that a stage refused for good.
type Letter struct {
	Time    time.Time
	Stage   string
	Source  string // file, topic or partition; "" where unknown
	Record  int64  // from 1; 0 where unknown
	Element any    // what was refused, as the stage got it
	Err     error  // why
}

// letters is the writing side of a DeadLetter policy. Each run opens the sink
// once.
type letters struct{ sink Sink[Letter] }

type openLetters struct {
	mu sync.Mutex
	w  Writer[Letter]
	in *demand.Chunk[Letter]
	rt *Runtime
}

func (l *letters) write(run *engine.Run, v Letter) error {
	o := run.Shared(l, func() any {
		m := l.sink.Meta()
		if m.Name == "" {
			m.Name = "dead-letters"
		}
		o := &openLetters{in: demand.NewChunk[Letter](1), rt: NewRuntime(run, m)}
		o.w = l.sink.Open(o.rt)
		o.rt.OnClose(func() error { return o.w.Close(run.Err()) })
		return o
	}).(*openLetters)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.in.Reset(1)
	o.in.Append(v)
	err := o.w.Write(o.in)
	if err == nil {
		err = o.w.Flush()
	}
	if err != nil {
		return engine.Located(o.rt.Name(), err)
	}
	o.rt.cell.CountOut(1)
	return nil
}
