package operators

import "time"

// ages is a set that remembers keys for a time: of more than capacity, it forgets
// the oldest before that. As all keys are remembered for equally long, they are
// forgotten in the order in which they came: each goes into the ring once and
// leaves it once.
type ages[K comparable] struct {
	ttl      time.Duration
	capacity int
	keys     map[K]struct{}
	ring     []aged[K] // from head on, in order of time
	head, n  int
}

type aged[K comparable] struct {
	key K
	at  time.Duration
}

// meet reports whether k is remembered at now, and else remembers it. now never
// decreases from call to call.
func (a *ages[K]) meet(k K, now time.Duration) bool {
	for a.n > 0 && now-a.ring[a.head].at >= a.ttl {
		a.forget()
	}
	if k != k { // NaN, which could never be found again, nor forgotten
		return false
	}
	if _, ok := a.keys[k]; ok {
		return true
	}
	if a.n == a.capacity {
		a.forget()
	}
	if a.n == len(a.ring) {
		a.grow()
	}
	a.keys[k] = struct{}{}
	a.ring[(a.head+a.n)%len(a.ring)] = aged[K]{k, now}
	a.n++
	return false
}

// forget lets go of the oldest key.
func (a *ages[K]) forget() {
	delete(a.keys, a.ring[a.head].key)
	a.ring[a.head] = aged[K]{}
	a.head = (a.head + 1) % len(a.ring)
	a.n--
}

// grow makes room in a ring that is full.
func (a *ages[K]) grow() {
	if a.keys == nil {
		a.keys = map[K]struct{}{}
	}
	ring := make([]aged[K], min(a.capacity, max(8, 2*a.n)))
	copy(ring[copy(ring, a.ring[a.head:]):], a.ring[:a.head])
	a.ring, a.head = ring, 0
}
