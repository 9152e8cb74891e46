package operators

import (
	"sync"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// signal is the inside of values through which somebody outside a run speaks to
// stages of any number of runs. The zero value is ready.
type signal struct {
	mu      sync.Mutex
	islands map[*demand.Island]int
}

// change calls f, and makes the stages look at what it changed: those that sleep
// wake up, and loops over user code end after the element at hand.
func (s *signal) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	for isl := range s.islands {
		isl.Hurry()
		isl.Wake()
	}
}

func (s *signal) add(isl *demand.Island, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.islands == nil {
		s.islands = map[*demand.Island]int{}
	}
	if s.islands[isl] += n; s.islands[isl] == 0 {
		delete(s.islands, isl)
	}
}

// gate passes on what upstream has while it is open. It sleeps on both upstream
// and the signal: upstream is asked without waiting, and wakes the island when it
// has something.
type gate[T any] struct {
	up     demand.Upstream[T]
	rt     *stage.Runtime
	signal *signal
	look   func() (open bool, end error) // end: how the stream ends now
	isl    *demand.Island
	dst    *demand.Chunk[T] // of the pull under way
	err    error
	asleep demand.Waiting
	ready  func() bool
}

func newGate[T any](rt *stage.Runtime, up demand.Upstream[T], s *signal, look func() (bool, error)) *gate[T] {
	g := &gate[T]{up: up, rt: rt, signal: s, look: look, asleep: demand.Waiting{Link: rt.Name(), Outside: true}}
	g.ready = g.try
	return g
}

func (g *gate[T]) Pull(dst *demand.Chunk[T]) error {
	if g.err != nil {
		return g.err
	}
	if g.isl == nil {
		g.join(dst)
	}
	asked := dst.Patience()
	g.dst = dst
	done := g.isl.Wait(g.ready, asked, &g.asleep)
	dst.SetPatience(asked)
	if g.dst = nil; !done && g.isl.Stopped() {
		return demand.ErrStopped
	}
	return g.err
}

// try reports that the pull under way has an answer.
func (g *gate[T]) try() bool {
	noWait := g.dst.Patience().IsNoWait()
	for {
		// Taken down, the flag tells below whether upstream has nothing or wants to be
		// asked again, and whether there was a signal since.
		if g.isl.Hurried() && noWait && !g.isl.Stopped() {
			g.isl.Hurry()
		}
		open, end := g.look()
		if end != nil {
			g.end(end)
			return true
		}
		if g.asleep.Polls = open; !open {
			return false
		}
		asked := g.dst.Patience()
		g.dst.SetPatience(asked.Sooner(demand.NoWait))
		g.err = g.up.Pull(g.dst)
		g.dst.SetPatience(asked)
		switch {
		case g.err != nil || g.dst.Len() > 0:
			return true
		case noWait || !g.dst.Hurry() || g.isl.Stopped():
			return false
		}
	}
}

func (g *gate[T]) end(err error) {
	g.err = err
	if err == demand.ErrCompleted {
		err = demand.ErrEnough
	}
	g.up.Cancel(err)
}

// join makes the signal reach the island until the run ends.
func (g *gate[T]) join(dst *demand.Chunk[T]) {
	if dst.Island() == nil {
		dst.SetIsland(demand.NewIsland())
	}
	g.isl = dst.Island()
	g.signal.add(g.isl, 1)
	g.rt.OnClose(func() error { g.signal.add(g.isl, -1); return nil })
}

func (g *gate[T]) Cancel(cause error) {
	if g.err == nil {
		g.err = cause
	}
	g.up.Cancel(cause)
}
