package stage

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/weir-go/weir/demand"
)

// Inners are the sources that a stage opens while it runs. What each of them
// registers, to be called when it is closed or drained, is kept here and let go
// of when it has ended, so that a run can open any number of them.
type Inners struct {
	rt  *Runtime
	due atomic.Bool // there is something in left or in err

	mu   sync.Mutex
	open map[*scope]struct{} // those that have registered something
	left []*scope            // those of them that have left and settled
	err  error               // the first of a close, not yet told
}

// NewInners returns the inner sources of the stage that rt belongs to: none yet.
func NewInners(rt *Runtime) *Inners {
	all := &Inners{rt: rt, open: map[*scope]struct{}{}}
	rt.cell.Run.OnClose(all.closeAll)
	rt.cell.Run.OnDrain(all.drain)
	return all
}

// Close closes those that have left, once what they have given has settled. A
// stage calls it now and then. The error, which is told once, is that of a close.
func (all *Inners) Close() error {
	all.tend()
	if !all.due.Load() {
		return nil
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	err := all.err
	all.err = nil
	all.due.Store(len(all.left) > 0)
	return err
}

// tend closes those that are due.
func (all *Inners) tend() {
	if !all.due.Load() {
		return
	}
	all.mu.Lock()
	left := all.left
	all.left = nil
	all.due.Store(all.err != nil)
	all.mu.Unlock()
	for _, s := range left {
		s.close()
	}
}

// leave makes s one that is due.
func (all *Inners) leave(s *scope) {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.left = append(all.left, s)
	all.due.Store(true)
}

// closeAll closes all, at the end of the run.
func (all *Inners) closeAll() error {
	for {
		all.mu.Lock()
		var s *scope
		for s = range all.open {
			break
		}
		all.mu.Unlock()
		if s == nil {
			return all.Close()
		}
		s.close()
	}
}

// drain tells all that the run is drained.
func (all *Inners) drain() {
	all.mu.Lock()
	var drains []func()
	for s := range all.open {
		drains = append(drains, s.drains...)
		s.drains = nil
	}
	all.mu.Unlock()
	for _, f := range drains {
		f()
	}
}

// scope is what the runtime of an inner source has in place of the run.
type scope struct {
	all      *Inners
	draining atomic.Bool
	isl      atomic.Pointer[demand.Island] // who pulls from it

	// guarded by all.mu
	closers []func() error
	drains  []func()
	buffers []func() demand.BufferStats
	reads   context.Context // nil until somebody asks for it
	cancel  context.CancelCauseFunc
	ended   error           // with this cause reads have ended
	living  *demand.Lineage // settles after what the source has given
}

// Close is Leave, and Close of all.
func (s *scope) Close() error {
	s.Leave()
	return s.all.Close()
}

// Leave ends the source, from which all was taken: it is closed now, or once what
// it has given has settled. An error of that is told by Close, at the latest at
// the end of the run.
func (s *scope) Leave() {
	s.all.mu.Lock()
	living := s.living
	_, registered := s.all.open[s]
	s.all.mu.Unlock()
	if living != nil {
		living.Release()
	} else if registered {
		s.all.leave(s)
	}
	s.all.tend()
}

// alive returns a lineage to be made part of what the source has given.
func (s *scope) alive() *demand.Lineage {
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	if _, ok := s.all.open[s]; !ok {
		return nil
	}
	if s.living == nil {
		s.living = demand.NewLineage(func(demand.Settlement) { s.all.leave(s) })
	}
	return s.living.Fork()
}

// close calls what was registered for it, last first.
func (s *scope) close() {
	for {
		s.all.mu.Lock()
		n := len(s.closers)
		if n == 0 {
			buffers := s.buffers
			s.drains, s.buffers = nil, nil
			delete(s.all.open, s)
			s.all.mu.Unlock()
			for _, stats := range buffers {
				for reason, n := range stats().Dropped {
					s.all.rt.Dropped(reason, int(n))
				}
			}
			return
		}
		f := s.closers[n-1]
		s.closers = s.closers[:n-1]
		s.all.mu.Unlock()
		if err := f(); err != nil {
			s.all.mu.Lock()
			s.all.err = cmp.Or(s.all.err, err)
			s.all.due.Store(true)
			s.all.mu.Unlock()
		}
	}
}

// Drain ends the source alone as a drain of the run does. It may be called from
// any goroutine.
func (s *scope) Drain() {
	if s.draining.Swap(true) {
		return
	}
	s.endReads(demand.ErrDrained)
	s.all.mu.Lock()
	drains := slices.Clone(s.drains)
	s.drains = nil
	s.all.mu.Unlock()
	for _, f := range drains {
		f()
	}
	if isl := s.isl.Load(); isl != nil {
		isl.Hurry()
		isl.Wake()
	}
}

// endReads ends the context of the source's reads.
func (s *scope) endReads(cause error) {
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	if s.ended == nil {
		s.ended = cause
	}
	if s.cancel != nil {
		s.cancel(cause)
	}
}

// readsContext makes the context of reads when it is first asked for: it takes
// time, and many sources have no use for it.
func (s *scope) readsContext() context.Context {
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	if s.reads == nil {
		s.reads, s.cancel = context.WithCancelCause(s.all.rt.Reads())
		if s.ended != nil {
			s.cancel(s.ended)
		}
	}
	return s.reads
}

// register adds to what is called at the end, under the lock.
func (s *scope) register(add func()) {
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	add()
	s.all.open[s] = struct{}{}
}

func (s *scope) onDrain(f func()) {
	late := false
	s.register(func() {
		if late = s.draining.Load() || s.all.rt.Draining(); !late {
			s.drains = append(s.drains, f)
		}
	})
	if late {
		f()
	}
}
