package demand_test

import (
	"fmt"
	"sync"

	"github.com/weir-go/weir/demand"
)

// tester is what *testing.T and *rapid.T have in common here.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// A ledger hands out lineages and notes how each of them ended.
type ledger struct {
	mu    sync.Mutex
	reads []*readOf
}

type readOf struct {
	lineage *demand.Lineage
	settled int
	outcome demand.Outcome
	last    demand.Settlement
}

func (l *ledger) read() *readOf {
	r := &readOf{}
	r.lineage = demand.NewLineage(func(s demand.Settlement) {
		l.mu.Lock()
		defer l.mu.Unlock()
		r.settled++
		r.outcome, r.last = s.Outcome, s
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	r.lineage.Origin = demand.Origin{Source: fmt.Sprint("read ", len(l.reads)), Base: int64(100 * len(l.reads))}
	l.reads = append(l.reads, r)
	return r
}

// of returns the read that a lineage is of, or nil.
func (l *ledger) of(x *demand.Lineage) *readOf {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.reads {
		if x != nil && r.lineage == x {
			return r
		}
	}
	return nil
}

// references checks what the holders that a model knows of add up to.
func (l *ledger) references(t tester, holders ...*demand.Lineage) {
	t.Helper()
	want := map[*demand.Lineage]int64{}
	for _, h := range holders {
		want[h]++
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, r := range l.reads {
		if got := r.lineage.Refs(); got != want[r.lineage] {
			t.Fatalf("read %d has %d references, want %d", i, got, want[r.lineage])
		}
		if ended := want[r.lineage] == 0; ended != (r.settled == 1) || r.settled > 1 {
			t.Fatalf("read %d has %d references and settled %d times", i, want[r.lineage], r.settled)
		}
	}
}

// allSettled checks that each read has settled exactly once.
func (l *ledger) allSettled(t tester) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, r := range l.reads {
		if r.settled != 1 {
			t.Fatalf("read %d settled %d times and has %d references", i, r.settled, r.lineage.Refs())
		}
	}
}
