package weirgrpc

import (
	"slices"
	"sync"
)

// A ledger knows up to which element all are handled: the contiguous prefix of what
// was handed on, never past what failed or was given up.
type ledger struct {
	mu   sync.Mutex
	upTo int64
	open []*entry // in the order of their elements
	cut  bool     // nothing that comes now can count
}

// An entry is what one pull was given.
type entry struct {
	last    int64
	handled bool
}

// begin enters elements up to last.
func (l *ledger) begin(last int64) *entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := &entry{last: last}
	if !l.cut {
		l.open = append(l.open, e)
	}
	return e
}

// end settles an entry, once. It returns how many elements more are handled now.
func (l *ledger) end(e *entry, handled bool) (more int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !handled {
		// What is in front of e may still count.
		if i := slices.Index(l.open, e); i >= 0 {
			clear(l.open[i:])
			l.open = l.open[:i]
		}
		l.cut = true
		return 0
	}
	e.handled = true
	for len(l.open) > 0 && l.open[0].handled {
		more += l.open[0].last - l.upTo
		l.upTo, l.open[0] = l.open[0].last, nil
		l.open = l.open[1:]
	}
	return more
}

func (l *ledger) done() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.upTo
}
