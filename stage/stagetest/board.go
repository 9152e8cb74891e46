package stagetest

import (
	"sync"
	"time"
)

// Timeout is how long an expectation waits before it fails the test. In a bubble
// of testing/synctest that is virtual time.
const Timeout = 5 * time.Second

// A board is where a probe and its test tell each other what has changed.
type board struct {
	mu      sync.Mutex
	changed chan struct{}
}

func newBoard() board { return board{changed: make(chan struct{})} }

// update changes what is on the board, and wakes who waits for it.
func (b *board) update(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()
	close(b.changed)
	b.changed = make(chan struct{})
}

// await waits until cond, which is called with the lock held, reports true; it
// reports false if d passes before that.
func (b *board) await(d time.Duration, cond func() bool) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	return b.wait(timer.C, nil, cond)
}

// wait is await until there is something in late, or quit is closed.
func (b *board) wait(late <-chan time.Time, quit <-chan struct{}, cond func() bool) bool {
	for {
		b.mu.Lock()
		ok, changed := cond(), b.changed
		b.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-changed:
		case <-late:
			return false
		case <-quit:
			return false
		}
	}
}
