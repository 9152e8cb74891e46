package demand

import (
	"sync"
	"sync/atomic"
	"time"
)

// A Watchman raises the hurry flag of islands whose round takes longer than one
// to two ticks of 1 ms. There is one for each run. It sleeps while there is
// nothing to watch, so that a run at rest costs nothing and virtual time can
// stand still.
type Watchman struct {
	asleep atomic.Bool
	wake   chan struct{}

	mu    sync.Mutex
	posts []*Post
}

// A Post is where an island tells its watchman that it is at work.
type Post struct {
	man   *Watchman
	isl   *Island
	round atomic.Uint64 // odd while at work; counts rounds in steps of two
	seen  uint64
	again uint64
}

const watchTick = time.Millisecond

// NewWatchman returns a watchman; run Watch in a goroutine of its own.
func NewWatchman() *Watchman { return &Watchman{wake: make(chan struct{}, 1)} }

// Post gives isl a post. Call it before the island's first round.
func (m *Watchman) Post(isl *Island) *Post {
	p := &Post{man: m, isl: isl}
	m.mu.Lock()
	m.posts = append(m.posts, p)
	m.mu.Unlock()
	return p
}

// Begin notes that a round begins.
func (p *Post) Begin() {
	p.round.Store(p.round.Load() + 2 | 1)
	if p.man.asleep.Load() && p.man.asleep.CompareAndSwap(true, false) {
		p.man.wake <- struct{}{}
	}
}

// End notes that the island is not at work: it waits, or has ended.
func (p *Post) End() { p.round.Store(p.round.Load() &^ 1) }

// Watch watches until done is closed.
func (m *Watchman) Watch(done <-chan struct{}) {
	timer := time.NewTimer(watchTick)
	defer timer.Stop()
	for {
		if m.idle() {
			m.asleep.Store(true)
			// A round that began before asleep was set has told nobody.
			if m.idle() || !m.asleep.CompareAndSwap(true, false) {
				select {
				case <-m.wake:
				case <-done:
					return
				}
			}
		}
		timer.Reset(watchTick)
		select {
		case <-timer.C:
		case <-done:
			return
		}
		m.look()
	}
}

// look raises the flag of every island that is still in the round that it was
// in a tick ago, once a round.
func (m *Watchman) look() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.posts {
		r := p.round.Load()
		if r&1 == 1 && r == p.seen && r != p.again {
			p.again = r
			p.isl.Hurry()
			if p.round.Load() != r {
				p.isl.unhurry()
			}
		}
		p.seen = r
	}
}

// idle reports that no island is in a round that may still need a flag.
func (m *Watchman) idle() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.posts {
		if r := p.round.Load(); r&1 == 1 && r != p.again {
			return false
		}
	}
	return true
}
