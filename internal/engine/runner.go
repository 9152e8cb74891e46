package engine

import (
	"sync/atomic"

	"github.com/weir-go/weir/demand"
)

// A Runner pulls from one upstream after another, on an island of its own, and
// passes on what comes over a link. Its goroutine starts when it is made, which
// may be while the run is on, and ends with Close or the run.
//
// It belongs to the stage that made it, but for the upstream, which belongs to the
// runner's goroutine from Begin until Take has told its end.
type Runner[T any] struct {
	linkDriver[T]
	state atomic.Uint32
	below *demand.Island
	end   error // how the upstream ended
	idle  demand.Waiting
}

const (
	runnerIdle  = iota // the upstream is the stage's to set
	runnerGiven        // and now the goroutine's
	runnerEnded        // and now the stage's again, behind what is in the link
)

// NewRunner adds a runner to a stage. n is the capacity of its link.
func NewRunner[T any](cell *Cell, number, n, windowMin, windowMax int) *Runner[T] {
	own := cell.Part(itoa(number))
	l := demand.NewLink[T](own.Name, n)
	own.Run.watchLink(own, l.Stats)
	r := &Runner[T]{linkDriver: linkDriver[T]{cell: own, link: l, pace: newPacer(windowMin, windowMax)}}
	r.idle.Link = own.Name
	own.Run.island(own, r.drive)
	return r
}

// Begin gives up to the runner, which has to be idle. isl is the island of the
// stage.
func (r *Runner[T]) Begin(isl *demand.Island, up demand.Upstream[T]) {
	r.link.Attach(isl)
	r.below, r.up = isl, up
	r.state.Store(runnerGiven)
	r.cell.isl.Wake()
}

// Ready reports that Take has something to tell.
func (r *Runner[T]) Ready() bool { return r.state.Load() == runnerEnded || r.link.Ready() }

// Take fills dst with what is there, without waiting, and tells the end of the
// upstream behind its elements: then the runner is idle again. An error that is no
// end is that of the run.
func (r *Runner[T]) Take(dst *demand.Chunk[T]) (ended bool, err error) {
	over := r.state.Load() == runnerEnded // before the link: what was published before counts
	if r.link.Ready() {
		err := r.link.Pull(dst)
		if h, ok := host(dst.Island()); ok {
			h.pulled += dst.Len()
		}
		return false, err
	}
	if over {
		r.up = nil
		r.state.Store(runnerIdle)
		return true, r.end
	}
	return false, nil
}

// Close ends the runner. What is in the link is given up; the upstream is
// cancelled when its pull returns.
func (r *Runner[T]) Close(cause error) {
	r.link.Cancel(cause)
	r.cell.isl.Wake()
}

func (r *Runner[T]) drive(h *island) {
	r.h, r.pace.h = h, h
	for r.given() {
		err := h.protect(r.loop)
		h.cur = r.cell
		cause := err
		if cause == demand.ErrCompleted {
			cause = demand.ErrEnough
		}
		if cerr := h.protect(func() error { r.up.Cancel(cause); return nil }); cerr != nil {
			err = cerr
		}
		r.end = err
		below := r.below // the stage may set it for the next one
		r.state.Store(runnerEnded)
		below.Wake()
	}
	cause := r.link.Cause()
	if cause == nil {
		cause = h.r.cause()
	}
	r.link.Close(cause)
	h.finish(cause, func() {
		if r.state.Load() == runnerGiven {
			r.up.Cancel(cause)
		}
	}, func() int { return 0 })
}

// given waits until there is an upstream to pull from.
func (r *Runner[T]) given() bool {
	r.h.Wait(func() bool { return r.link.Gone() || r.state.Load() == runnerGiven }, demand.Forever, &r.idle)
	return !r.h.Stopped() && !r.link.Gone() && r.state.Load() == runnerGiven
}
