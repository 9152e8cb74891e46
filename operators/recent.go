package operators

// recent is a set that remembers the keys met last: of more than capacity, it
// forgets the one that was met least recently.
type recent[K comparable] struct {
	capacity int
	at       map[K]int
	entries  []entry[K] // a ring in order of meeting, through next and prev
	newest   int
}

type entry[K comparable] struct {
	key        K
	prev, next int // met before, met after; the newest and the oldest are neighbours
}

// meet reports whether k is remembered, and remembers it.
func (r *recent[K]) meet(k K) bool {
	if k != k { // NaN, which could never be found again, nor forgotten
		return false
	}
	if i, ok := r.at[k]; ok {
		if i != r.newest {
			r.unlink(i)
			r.link(i)
		}
		return true
	}
	i := len(r.entries)
	switch {
	case i == 0:
		r.at = map[K]int{}
		r.entries = append(r.entries, entry[K]{})
	case i < r.capacity:
		r.entries = append(r.entries, entry[K]{})
		r.link(i)
	default:
		i = r.entries[r.newest].next
		delete(r.at, r.entries[i].key)
		// In a ring the oldest becomes the newest by turning it.
	}
	r.entries[i].key = k
	r.newest = i
	r.at[k] = i
	return false
}

func (r *recent[K]) unlink(i int) {
	e := r.entries[i]
	r.entries[e.prev].next = e.next
	r.entries[e.next].prev = e.prev
}

// link puts i behind the newest, as the newest.
func (r *recent[K]) link(i int) {
	oldest := r.entries[r.newest].next
	r.entries[i].prev, r.entries[i].next = r.newest, oldest
	r.entries[r.newest].next, r.entries[oldest].prev = i, i
	r.newest = i
}
