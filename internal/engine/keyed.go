package engine

import (
	"sync"

	"github.com/weir-go/weir/demand"
)

// Keyed calls f for elements of up on n goroutines at once, those of one key one
// after the other and in their order, in which their results leave too. Between
// keys there is no order. At most capacity elements are taken from up and not
// yet handed on. While all of them wait for one key, nothing moves until a call
// for it ends. After an error no further element is begun; what is under way is
// handed on.
//
// up is pulled without waiting while calls are under way, as with Workers.
func Keyed[In, Out any, K comparable](cell *Cell, up demand.Upstream[In], n, capacity int, key func(In) K, f Call[In, Out]) demand.Upstream[Out] {
	t := &byKey[In, Out, K]{key: key, keys: make([]K, capacity), last: map[K]*slot[In, Out]{}}
	t.wake.L = &t.mu
	w := newWorkers(cell, up, n, capacity, true, f, t)
	w.abrupt = true // what comes behind the element that failed may build on it
	return w
}

// byKey gives a turn to one element of each key at a time, keys in the order in
// which their elements came or ended.
//
// A slot is in last, or has one behind it, from add to end: so there is one
// chain for each key, of which the first slot alone is ready or called.
type byKey[In, Out any, K comparable] struct {
	key func(In) K

	mu     sync.Mutex
	wake   sync.Cond
	keys   []K                  // by the index of the slot
	last   map[K]*slot[In, Out] // the end of each key's chain
	head   *slot[In, Out]       // those that are ready, linked
	tail   *slot[In, Out]
	closed bool
}

func (t *byKey[In, Out, K]) add(s *slot[In, Out]) {
	k := t.key(s.in)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys[s.index] = k
	if k != k { // as NaN is: like nothing before or after, and not to be found again
		t.push(s)
		return
	}
	before := t.last[k]
	t.last[k] = s
	if before != nil {
		before.behind = s
	} else {
		t.push(s)
	}
}

func (t *byKey[In, Out, K]) push(s *slot[In, Out]) {
	if t.head == nil {
		t.head = s
	} else {
		t.tail.ready = s
	}
	t.tail = s
	t.wake.Signal()
}

func (t *byKey[In, Out, K]) next() *slot[In, Out] {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.head == nil && !t.closed {
		t.wake.Wait()
	}
	if t.closed {
		return nil
	}
	s := t.head
	t.head, s.ready = s.ready, nil
	return s
}

func (t *byKey[In, Out, K]) end(s *slot[In, Out], done func(*slot[In, Out])) {
	t.mu.Lock()
	defer t.mu.Unlock()
	behind := s.behind
	s.behind = nil
	if behind == nil {
		delete(t.last, t.keys[s.index])
	}
	var none K
	t.keys[s.index] = none
	done(s)
	if behind != nil {
		t.push(behind)
	}
}

func (t *byKey[In, Out, K]) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.wake.Broadcast()
}
