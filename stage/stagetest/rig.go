package stagetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

var errHangs = errors.New("stagetest: the stage under test hangs")

// patienceOfRun is the virtual time in which a run must end.
const patienceOfRun = time.Hour

// A rig is one run of a stage between a feeder and a script that pulls. The
// script runs inside the upstream of a real sink, so that it has a real island.
type rig[In, Out any] struct {
	c   *checker[In, Out]
	p   plan
	run *engine.Run
	in  *feeder[In]
	up  demand.Upstream[Out]
	isl *demand.Island
	dst demand.Chunk[Out]

	mu       sync.Mutex
	outs     []Out
	released []bool            // by element of outs
	held     []*demand.Lineage // not yet released
	err      error             // how the stage ended
	faulty   bool              // what follows from it is not worth a word
}

// try runs one plan.
func (c *checker[In, Out]) try(p plan) *rig[In, Out] {
	c.now.Store(&p)
	r := &rig[In, Out]{c: c, p: p, run: engine.New(context.Background(), slog.New(slog.DiscardHandler))}
	r.run.Records = true
	r.in = &feeder[In]{p: p, items: c.samples, fault: r.fault, done: r.settled}
	s := c.make()
	r.up = s.Open(stage.NewRuntime(r.run, s.Meta()), r.in)
	var body func()
	stage.OpenSink(r.run, discard[Out](), demand.Upstream[Out](script[Out](r.script)), false, &body)
	guard := time.AfterFunc(patienceOfRun, func() {
		r.fault(ruleEnds, "nothing more came within %s", patienceOfRun)
		r.run.Fail(errHangs)
	})
	r.run.Start(body)
	err := r.run.Wait()
	guard.Stop()
	var broke *stage.PanicError
	if errors.As(err, &broke) {
		r.fault(ruleNoPanic, "%v", broke)
	} else if err != nil && !errors.Is(err, errHangs) {
		r.fault(ruleEnds, "the run failed: %v", err)
	}
	return r
}

func (r *rig[In, Out]) fault(rule, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faulty = r.faulty || rule != ruleEarly && rule != ruleSettles
	r.c.fault(r.p, rule, format, args...)
}

// script pulls until the stage ends, or is cancelled.
func (r *rig[In, Out]) script(isl *demand.Island) {
	r.isl = isl
	r.dst.SetIsland(isl)
	defer func() {
		r.release()
		r.dst.Reset(0)
	}()
	defer func() {
		if v := recover(); v != nil {
			r.fault(ruleNoPanic, "%v\n%s", v, debug.Stack())
			_ = r.guarded(func() { r.up.Cancel(errHangs) })
		}
	}()
	for pulls := 0; ; pulls++ {
		if r.p.end == byCancel && len(r.outs) >= r.p.cut {
			r.cancel()
			return
		}
		if pulls > mostPulls || isl.Stopped() {
			r.err = errHangs
			r.fault(ruleEnds, "after %d pulls and %d elements it has not ended", pulls, len(r.outs))
			r.up.Cancel(errHangs)
			return
		}
		if r.err = r.pull(); r.err != nil {
			r.sticks()
			r.up.Cancel(errOver)
			r.up.Cancel(errOver)
			return
		}
		if !r.p.hold {
			r.release()
		}
	}
}

func (r *rig[In, Out]) guarded(f func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	f()
	return nil
}

// pull pulls once, judges the answer, and takes it.
func (r *rig[In, Out]) pull() error {
	r.dst.Reset(r.p.room)
	start := time.Now()
	limit := time.Duration(1<<63 - 1)
	switch r.p.wait {
	case noWait:
		r.dst.SetPatience(demand.NoWait)
		limit = 0
	case untilSoon:
		r.dst.SetPatience(demand.Until(start.Add(soon)))
		limit = soon
	}
	if r.p.hurry {
		r.isl.Hurry()
	}
	err := r.up.Pull(&r.dst)
	waited, n := time.Since(start), r.dst.Len()
	if n > r.p.room || n+r.dst.Free() != r.p.room {
		r.fault(ruleAsked, "asked for %d, it gave %d and left room for %d", r.p.room, n, r.dst.Free())
	}
	if waited > limit {
		r.fault(rulePatience, "it waited %s, its caller %s", waited, limit)
	}
	switch {
	case err != nil && n > 0:
		r.fault(ruleAnswer, "%d elements and an error at once: %v", n, err)
	case err == nil && n == 0 && r.p.wait == forEver && !r.isl.Stopped():
		r.fault(ruleNothing, "it answered nothing to a caller who waits for ever")
		return errHangs
	case err == nil && n == 0 && waited < limit:
		r.fault(ruleNothing, "it answered nothing after %s to a caller who waits %s", waited, limit)
	}
	if n > 0 {
		r.take(n)
	} else if err == nil && waited == 0 {
		time.Sleep(gap / 4)
	}
	return err
}

// sticks checks that an end is one.
func (r *rig[In, Out]) sticks() {
	for range 2 {
		r.dst.Reset(r.p.room)
		err := r.up.Pull(&r.dst)
		if err == nil || r.dst.Len() > 0 || (err == demand.ErrCompleted) != (r.err == demand.ErrCompleted) {
			r.fault(ruleAnswer, "after the error %q it gave %d elements and the error %v", r.err, r.dst.Len(), err)
			return
		}
	}
}

// cancel says that no more is wanted, twice, and lets go of what the stage holds,
// as the runtime does. Then pull returns the first cause. A stage that had
// delivered everything may say so.
func (r *rig[In, Out]) cancel() {
	r.up.Cancel(errCancel)
	r.up.Cancel(errAgain)
	r.isl.Release(errCancel, nil)
	for range 2 {
		r.dst.Reset(r.p.room)
		err := r.up.Pull(&r.dst)
		if err == demand.ErrCompleted && r.complete() {
			return
		}
		if !errors.Is(err, errCancel) || r.dst.Len() > 0 {
			r.fault(ruleCancel, "cancelled with %q, pull gave %d elements and %v", errCancel, r.dst.Len(), err)
			return
		}
	}
}

// complete reports that all had come out before the cancel.
func (r *rig[In, Out]) complete() bool {
	return len(r.outs) == len(r.c.reference)
}

// script is the upstream of a sink, which ends at once.
type script[T any] func(*demand.Island)

func (s script[T]) Pull(dst *demand.Chunk[T]) error {
	s(dst.Island())
	return demand.ErrCompleted
}

func (s script[T]) Cancel(error) {}

func discard[T any]() stage.Sink[T] {
	return stage.NewSink(stage.Meta{Kind: "rules"}, func(*stage.Runtime) stage.Writer[T] { return nothing[T]{} })
}

type nothing[T any] struct{}

func (nothing[T]) Write(in *demand.Chunk[T]) error { in.Advance(in.Len()); return nil }
func (nothing[T]) Flush() error                    { return nil }
func (nothing[T]) Close(error) error               { return nil }
