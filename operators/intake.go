package operators

import (
	"sync/atomic"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// intake is what the body of a Feedback pulls from: those that came back first,
// else upstream. Where body has a link it is on another goroutine than the exit.
//
// It says that upstream has ended, and lets in more than there is room for, when
// body can't go on without. A body that is fused is so whenever it asks, unless
// its patience says that work is under way. One with a link is so when its islands
// rest; the exit finds that out.
type intake[T any] struct {
	up       demand.Upstream[T] // nil after the first round: it has ended then
	capacity int
	tracks   bool
	linked   bool
	loop     *demand.Loop[T]

	inside *atomic.Int64 // elements let in that have not left body, if it tracks
	push   *atomic.Bool  // body rests: go on
	rests  *atomic.Bool  // the entry has nothing before the cycle gives it something
	below  bool          // work is under way below the cycle; not if linked
	end    error         // how upstream ended
	told   atomic.Pointer[error]
	within demand.Waiting
	beyond demand.Waiting
}

func newIntake[T any](rt *stage.Runtime, up demand.Upstream[T], m stage.Meta, capacity int, overflow demand.Overflow) *intake[T] {
	e := &intake[T]{up: up, capacity: capacity, tracks: m.Patient, linked: m.Link}
	e.inside, e.push, e.rests = new(atomic.Int64), new(atomic.Bool), new(atomic.Bool)
	e.within = demand.Waiting{Link: rt.Name() + "/entry"}
	e.beyond = demand.Waiting{Link: e.within.Link, Outside: true, Polls: true}
	if !e.tracks {
		e.loop = demand.NewLoop[T](capacity, overflow, nil)
		return e
	}
	inside, loop := e.inside, &e.loop
	e.loop = demand.NewLoop[T](capacity, overflow, func(n int) {
		inside.Add(-int64(n))
		(*loop).Wake()
	})
	return e
}

// anew returns the entry for body opened anew.
func (e *intake[T]) anew() *intake[T] {
	return &intake[T]{
		capacity: e.capacity, tracks: e.tracks, linked: e.linked, loop: e.loop,
		inside: e.inside, push: e.push, rests: e.rests, end: demand.ErrCompleted, within: e.within, beyond: e.beyond,
	}
}

// Pull implements demand.Upstream for body.
func (e *intake[T]) Pull(dst *demand.Chunk[T]) error {
	if told := e.told.Load(); told != nil {
		return *told
	}
	if e.tracks {
		if dst.Island() == nil {
			dst.SetIsland(demand.NewIsland())
		}
		e.loop.EnterFrom(dst.Island())
		e.rests.Store(false)
	}
	for {
		if e.loop.Enter(dst, e.share(dst.Free())) > 0 {
			e.letIn(dst)
			return nil
		}
		if err := e.loop.Closed(); err != nil {
			return err
		}
		switch {
		case e.end != nil && e.idle(dst):
			e.push.Store(false)
			e.told.Store(&e.end)
			return e.end
		case e.end == nil && !e.linked && e.room(dst) > 0:
			if err := e.pull(dst); err == nil {
				return nil // elements, or nothing in time
			}
		case !e.wait(dst):
			if stopped(dst) {
				return demand.ErrStopped
			}
			return nil
		case dst.Len() > 0:
			return nil
		}
	}
}

// share bounds what goes in at once, so that those inside leave in small parts.
func (e *intake[T]) share(n int) int {
	if !e.tracks {
		return n
	}
	return min(n, (e.capacity+3)/4)
}

// letIn counts the elements of dst among those inside.
func (e *intake[T]) letIn(dst *demand.Chunk[T]) {
	if e.tracks && dst.Len() > 0 {
		e.inside.Add(int64(dst.Len()))
		e.loop.Track(dst)
		e.rests.Store(false)
		e.push.Store(false)
	}
}

// room returns how many new elements may come in. One may, although there are
// enough, if body can't go on without.
func (e *intake[T]) room(dst *demand.Chunk[T]) int {
	room := e.capacity
	if e.tracks {
		room -= int(e.inside.Load()) + e.loop.Waiting()
	}
	if room <= 0 && e.idle(dst) {
		return 1
	}
	return e.share(max(room, 0))
}

// idle reports that body can't go on without more elements.
func (e *intake[T]) idle(dst *demand.Chunk[T]) bool {
	switch {
	case !e.tracks || e.inside.Load() == 0:
		// What left just now may wait to go in again.
		return e.loop.Waiting() == 0
	case e.linked:
		return e.push.Load()
	}
	return !dst.Patience().Pending()
}

// pull asks upstream for new elements.
func (e *intake[T]) pull(dst *demand.Chunk[T]) error {
	was, p := dst.Limit(max(e.room(dst), 1)), dst.Patience()
	dst.SetPatience(p.WithPending(p.Pending() || !e.linked && e.below))
	err := e.up.Pull(dst)
	dst.SetPatience(p)
	dst.Unlimit(was)
	if err != nil {
		e.end = err
		return err
	}
	e.letIn(dst)
	return nil
}

// wait sleeps until the cycle or, where it is asked here, upstream has something.
// It reports false if nothing came in time.
func (e *intake[T]) wait(dst *demand.Chunk[T]) bool {
	asks := e.linked && e.end == nil && e.room(dst) > 0
	on := &e.within
	if asks {
		on = &e.beyond
	}
	// It stays so where the answer is nothing: who is on this goroutine then waits
	// for the same.
	e.rests.Store(!asks)
	p := dst.Patience()
	return dst.Island().Wait(func() bool {
		switch {
		case e.loop.Waiting() > 0, e.loop.Closed() != nil:
			return true
		case e.end != nil:
			return e.inside.Load() == 0 || e.push.Load()
		case e.room(dst) == 0:
			return false
		case !asks:
			return true
		}
		dst.SetPatience(demand.NoWait)
		err := e.pull(dst)
		dst.SetPatience(p)
		return err != nil || dst.Len() > 0
	}, p, on)
}

// goOn is called by the exit when body rests.
func (e *intake[T]) goOn() {
	e.push.Store(true)
	e.loop.Wake()
}

// Cancel implements demand.Upstream.
func (e *intake[T]) Cancel(cause error) {
	if e.up != nil {
		e.up.Cancel(cause)
	}
}
