package demand

import (
	"runtime"
	"sync/atomic"
	"time"
)

// An Island is what the stages fused into one goroutine share: the place where
// the goroutine sleeps, the flag that makes it hand on early, and the list of
// chunks that its stages hold. It reaches the stages inside the chunks that
// they are asked to fill.
//
// # Sleeping
//
// An island sleeps in Wait and nowhere else. Invariants:
//
//   - state is armed only between a store by the sleeper and one successful
//     compare-and-swap, by a waker or by the sleeper itself.
//   - Whoever swaps armed for awake as a waker sends exactly one signal; so there
//     is at most one signal in the channel of capacity one, and a send never
//     blocks.
//   - A waker publishes what it has to say before it looks at state; the sleeper
//     arms before it looks again. One of the two sees the other: no wake-up is
//     lost.
//   - A spurious wake-up is harmless: the sleeper looks again.
//   - Credit that links of the island hold back is granted before it sleeps.
//
// # Counting who is awake
//
// Awake counts the islands of a run that are not asleep on links. A waker adds
// one on behalf of the sleeper before it disarms it, so the count is never zero
// while anybody can still move, also where the waker is not an island. When it does reach zero,
// nobody ever will: the run has stalled.
type Island struct {
	hurry   atomic.Bool
	stopped atomic.Bool
	state   atomic.Uint32
	signal  chan struct{}
	timer   *time.Timer
	waiting atomic.Pointer[Waiting]

	// Awake is shared by the islands of a run; nil outside one.
	Awake *Awake

	// Host is the runtime behind the island; nil outside one.
	Host Host

	held    []holding
	granter []interface{ grant() }
}

// Host is what a runtime wants to know of its island.
type Host interface {
	// Working returns the stage at work, as the owner of what it holds.
	Working() any
	// Discarded is told of elements that the stage at work gave up.
	Discarded(n int)
	// Yield lets other goroutines run once, before the island sleeps.
	Yield(on *Waiting)
	// Sleeping is told when the island starts and ends to sleep.
	Sleeping(on *Waiting, begin bool)
}

// Waiting says what an island sleeps on: it waits for elements of Link or for
// room in it.
type Waiting struct {
	Link    string
	ForRoom bool
	Outside bool // not on a link: for a timer, a worker, a producer
	// Polls: what is above may come from outside the run, or from within a cycle of
	// which this is a part. That cycle does not count it as something that moves.
	Polls bool
}

// Awake counts the islands of a run that can still move.
type Awake struct {
	n       atomic.Int64
	Stalled func() // called by the last one that falls asleep

	// Above, where set, counts all islands of the run, of which these are some: those
	// of the body of a cycle.
	Above *Awake
}

// Add changes the count, for islands that start (1) and end (-1), and returns
// that of all.
func (a *Awake) Add(n int64) int64 {
	own := a.n.Add(n)
	if a.Above != nil {
		return a.Above.Add(n)
	}
	return own
}

// Leave takes an island off the counts of some, and says so where the others
// rest. It stays counted among all.
func (a *Awake) Leave() {
	if a.Above == nil {
		return
	}
	if a.n.Add(-1) == 0 && a.Stalled != nil {
		a.Stalled()
	}
	a.Above.Leave()
}

// all returns the count of all islands.
func (a *Awake) all() *Awake {
	for a.Above != nil {
		a = a.Above
	}
	return a
}

// Rest reports that none of the islands can move by itself.
func (a *Awake) Rest() bool { return a.n.Load() == 0 }

// sleep takes one off, and says so if nobody is left to move. Who is told that of
// some may wake another one, so the count of all comes after.
func (a *Awake) sleep() {
	if a.n.Add(-1) == 0 && a.Stalled != nil {
		a.Stalled()
	}
	if a.Above != nil {
		a.Above.sleep()
	}
}

type releaser interface{ release(cause error) int }

type holding struct {
	chunk releaser
	owner any
}

// NewIsland returns an island whose goroutine is awake.
func NewIsland() *Island { return &Island{signal: make(chan struct{}, 1)} }

var never atomic.Bool

// HurryFlag returns the flag behind Hurry, for loops that look at it after each
// element.
func (c *Chunk[T]) HurryFlag() *atomic.Bool { return c.flag() }

func (c *Chunk[T]) flag() *atomic.Bool {
	if c.island == nil {
		return &never
	}
	return &c.island.hurry
}

// Hurry asks the stages at work to hand on what they have.
func (i *Island) Hurry() { i.hurry.Store(true) }

// Hurried takes the flag down and reports whether it was up. After Stop it
// stays up.
func (i *Island) Hurried() bool {
	if !i.hurry.Load() {
		return false
	}
	if !i.stopped.Load() {
		i.hurry.Store(false)
	}
	return true
}

// Stop ends every present and future Wait, and makes loops over user code end
// after the element at hand.
func (i *Island) Stop() {
	i.stopped.Store(true)
	i.hurry.Store(true)
	i.Wake()
}

// Stopped reports whether Stop was called.
func (i *Island) Stopped() bool { return i.stopped.Load() }

// Wake makes the island look again at what it waits for. Any goroutine may
// call it, after it has published what there is to see.
func (i *Island) Wake() {
	if i.state.Load() != 1 {
		return
	}
	// Counted before the swap: a waker that is not itself counted, such as a
	// worker, could else be overtaken by an island that sees the sleeper disarmed,
	// falls asleep and finds nobody awake.
	if i.Awake != nil {
		i.Awake.Add(1)
	}
	if i.state.CompareAndSwap(1, 0) {
		i.signal <- struct{}{}
		return
	}
	if i.Awake != nil {
		i.Awake.sleep()
	}
}

// WaitingOn returns what the island sleeps on, or nil while it is awake.
func (i *Island) WaitingOn() *Waiting { return i.waiting.Load() }

// Wait puts the island's goroutine to sleep until ready reports true, patience
// runs out or the island is stopped; it reports what ready said last. ready is
// called on this goroutine, and may pull without waiting.
func (i *Island) Wait(ready func() bool, p Patience, on *Waiting) bool {
	if ready() {
		return true
	}
	if p.noWait || i.stopped.Load() {
		return false
	}
	i.grantAll()
	if i.Host != nil {
		i.Host.Yield(on)
	} else {
		runtime.Gosched()
	}
	if ready() {
		return true
	}
	until, timed := p.Deadline()
	if timed {
		d := time.Until(until)
		if d <= 0 {
			return false
		}
		if i.timer == nil {
			i.timer = time.AfterFunc(d, i.Wake)
		} else {
			i.timer.Reset(d)
		}
		defer i.timer.Stop()
	}
	if i.Host != nil {
		i.Host.Sleeping(on, true)
		defer i.Host.Sleeping(on, false)
	}
	i.waiting.Store(on)
	defer i.waiting.Store(nil)
	counted := i.Awake != nil && !timed && !on.Outside
	idle := i.Awake != nil && !counted && !p.pending // as a cycle sees it
	for {
		i.state.Store(1)
		ok := ready()
		if ok || i.stopped.Load() || timed && p.Out(time.Now()) {
			if !i.state.CompareAndSwap(1, 0) {
				<-i.signal
				i.uncount(1)
			}
			return ok
		}
		i.grantAll()
		polled := idle && (!on.Outside || on.Polls)
		switch {
		case counted:
			i.Awake.sleep()
		case polled:
			i.Awake.Leave()
		}
		<-i.signal
		switch {
		case polled:
			i.Awake.all().Add(-1)
		case !counted:
			i.uncount(1)
		}
	}
}

// uncount takes back what a waker added for a sleeper that did not count as
// asleep.
func (i *Island) uncount(n int64) {
	if i.Awake != nil {
		i.Awake.Add(-n)
	}
}

func (i *Island) hold(c releaser) {
	var owner any
	if i.Host != nil {
		owner = i.Host.Working()
	}
	i.held = append(i.held, holding{c, owner})
}

// Release abandons everything that the island's stages still hold, and tells
// each how many elements those were, with the owner that the host named when
// the chunk was first used. It is the last thing that happens to an island.
func (i *Island) Release(cause error, each func(owner any, n int)) {
	for _, h := range i.held {
		if n := h.chunk.release(cause); n > 0 && each != nil {
			each(h.owner, n)
		}
	}
	i.held = nil
}

func (i *Island) grantAll() {
	for _, g := range i.granter {
		g.grant()
	}
}

// unhurry takes the flag down for a watchman that came too late.
func (i *Island) unhurry() {
	if !i.stopped.Load() {
		i.hurry.Store(false)
	}
}
