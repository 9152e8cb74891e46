package stage

import (
	"context"
	"log/slog"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
)

// A Runtime is what a stage sees of the run that opened it. Its methods may be
// called from any goroutine.
type Runtime struct {
	cell   *engine.Cell
	meta   Meta
	scope  *scope // of a source that another stage has opened
	within bool   // it is of a part of the stage that cell is of
}

// NewRuntime adds a stage to a run. It is for the library's own packages.
func NewRuntime(cells engine.Cells, m Meta) *Runtime {
	return &Runtime{cell: cells.NewCell(m.Title(), m.Kind), meta: m}
}

// Cell returns the engine's record of the stage, for the library's own packages.
func (rt *Runtime) Cell() *engine.Cell { return rt.cell }

// Name returns the stage's name, which is its own within the run.
func (rt *Runtime) Name() string {
	if rt.scope != nil {
		return rt.cell.Name + "/" + rt.meta.Title()
	}
	return rt.cell.Name
}

// Options returns what the user said of the stage.
func (rt *Runtime) Options() Options { return rt.meta.Options }

// Context ends when the run does; its cause is the error of the run.
func (rt *Runtime) Context() context.Context { return rt.cell.Run.Context() }

// Reads returns the context of reads from outside: it also ends, with cause
// demand.ErrDrained, when the run is drained. An error that follows from that
// counts as the end of the source. For a source that was opened for an element,
// by ConcatMap or its like, it ends also when that wants no more of it.
func (rt *Runtime) Reads() context.Context {
	if rt.scope != nil {
		return rt.scope.readsContext()
	}
	return rt.cell.Run.Reads()
}

// Draining reports that the run is being drained, or that nobody wants more of
// the source.
func (rt *Runtime) Draining() bool {
	return rt.cell.Run.Draining() || rt.scope != nil && rt.scope.draining.Load()
}

// Logger returns a logger that names the stage.
func (rt *Runtime) Logger() *slog.Logger { return rt.cell.Run.Logger.With("stage", rt.Name()) }

// Now returns the time.
func (rt *Runtime) Now() time.Time { return time.Now() }

// OnClose registers f to run once after all goroutines of the run have ended
// and everything is settled, last registered first. Its error is an error of
// the run. For a source that was opened for an element, by ConcatMap or its like,
// it runs when that source has ended and what it gave is settled.
func (rt *Runtime) OnClose(f func() error) {
	placed := func() error {
		if err := f(); err != nil {
			return engine.Located(rt.Name(), err)
		}
		return nil
	}
	if s := rt.scope; s != nil {
		s.register(func() { s.closers = append(s.closers, placed) })
		return
	}
	rt.cell.Run.OnClose(placed)
}

// OnDrain registers f to be called when the run is drained, to interrupt a read
// that heeds no context.
func (rt *Runtime) OnDrain(f func()) {
	if rt.scope != nil {
		rt.scope.onDrain(f)
		return
	}
	rt.cell.Run.OnDrain(f)
}

// WatchBuffer makes the counts of a buffer part of the stage's. It is for the
// library's own packages.
func (rt *Runtime) WatchBuffer(stats func() demand.BufferStats) {
	if s := rt.scope; s != nil {
		s.register(func() { s.buffers = append(s.buffers, stats) })
		return
	}
	rt.cell.Run.WatchBuffer(rt.cell, stats)
}

// Dropped counts n elements that were dropped on purpose, with the reason.
func (rt *Runtime) Dropped(reason string, n int) { rt.cell.Drop(reason, n) }

// Discarded counts n elements that were read but can't be passed on.
func (rt *Runtime) Discarded(n int) { rt.cell.Discard(n) }

// Failed counts n elements that user code refused.
func (rt *Runtime) Failed(n int) { rt.cell.Failed(n) }

// Records reports that somebody in the run wants to know record numbers, so
// that a source that can should number its records.
func (rt *Runtime) Records() bool { return rt.cell.Run.Records }

// Waits tells the account of time that the stage waits for elements from outside
// the run, until the returned function is called. c is the chunk that it was
// asked to fill.
func Waits[T any](c *demand.Chunk[T]) (done func()) { return engine.Outside(c.Island(), false) }

// WaitsForRoom is Waits for a sink that waits for somebody outside the run to
// take elements: it counts as backpressured. c is the chunk that it was given.
func WaitsForRoom[T any](c *demand.Chunk[T]) (done func()) { return engine.Outside(c.Island(), true) }
