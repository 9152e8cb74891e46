package demand

import (
	"sync"
	"sync/atomic"
)

// Outcome is how a lineage ended.
type Outcome uint8

const (
	// Done: everything was delivered, or dropped on purpose.
	Done Outcome = iota
	// Failed: some record was refused for good; see Settlement.Failures.
	Failed
	// Abandoned: something was given up unread, so the source must deliver
	// again.
	Abandoned
)

func (o Outcome) String() string { return [...]string{"done", "failed", "abandoned"}[o] }

// A Failure is one record that failed.
type Failure struct {
	Record int32 // relative to Origin.Base, from 1; 0 where unknown
	Err    error
}

// A Settlement says how a lineage ended. Where parts ended differently, the
// worst counts: Abandoned, then Failed, then Done.
type Settlement struct {
	Outcome  Outcome
	Failures []Failure // at most maxFailures of them
	Cause    error     // why it was abandoned, or the first failure
}

const maxFailures = 64

// Origin says where the records of a lineage were read.
type Origin struct {
	Source string // for people: a file's name, a topic and partition
	Base   int64  // the number of the record before the first one
}

// A Position names one record of a source.
type Position struct {
	Source string // "" where unknown
	Record int64  // from 1, 0 where unknown
}

// Position returns the place of a record of this lineage, given its number
// relative to Origin.Base.
func (l *Lineage) Position(record int32) Position {
	if l == nil {
		return Position{}
	}
	p := Position{Source: l.Origin.Source}
	if record > 0 {
		p.Record = l.Origin.Base + int64(record)
	}
	return p
}

// A Lineage is the record of one read of a source that wants to know what
// became of its elements. It is counted: whoever holds elements of that read
// owns a reference. When the last one is released, the lineage settles, and
// tells its source on the goroutine that released it; that call must not do
// I/O.
//
// All methods may be called on a nil *Lineage, which is that of a source that
// does not ask.
type Lineage struct {
	Origin Origin

	refs    atomic.Int64
	outcome atomic.Uint32
	settle  func(Settlement)
	parts   []*Lineage
	loop    *inside // it is of the inside of a loop

	mu       sync.Mutex
	failures []Failure
	cause    error
}

// NewLineage returns a lineage with one reference. settle, which may be nil, is
// called once.
func NewLineage(settle func(Settlement)) *Lineage {
	l := &Lineage{settle: settle}
	l.refs.Store(1)
	return l
}

// Join returns a lineage of elements made from several others. It takes over
// one reference of each of parts (which may contain nil and repetitions) and
// settles them when it settles, as it settled. Without any part it is nil, and
// with one it is that part.
func Join(parts []*Lineage) *Lineage {
	var own []*Lineage
	for _, p := range parts {
		if p != nil {
			own = append(own, p)
		}
	}
	switch len(own) {
	case 0:
		return nil
	case 1:
		return own[0]
	}
	l := &Lineage{parts: own}
	l.refs.Store(1)
	return l
}

// Fork adds a reference and returns l.
func (l *Lineage) Fork() *Lineage {
	if l != nil {
		l.refs.Add(1)
	}
	return l
}

// Release gives back one reference.
func (l *Lineage) Release() {
	if l == nil {
		return
	}
	switch n := l.refs.Add(-1); {
	case n == 0:
		l.end()
	case n < 0:
		panic("weir: lineage released more often than it was forked")
	}
}

// Abandon gives back one reference of elements that nobody will deliver.
func (l *Lineage) Abandon(cause error) {
	if l == nil {
		return
	}
	l.mark(Abandoned, 0, cause)
	l.Release()
}

// Fail notes that a record has failed for good. The reference stays.
func (l *Lineage) Fail(record int32, err error) {
	if l != nil {
		l.mark(Failed, record, err)
	}
}

func (l *Lineage) mark(o Outcome, record int32, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o == Failed && len(l.failures) < maxFailures {
		l.failures = append(l.failures, Failure{record, err})
	}
	if uint32(o) > l.outcome.Load() {
		l.outcome.Store(uint32(o))
		l.cause = err
	}
}

func (l *Lineage) end() {
	s := Settlement{Outcome: Outcome(l.outcome.Load())}
	if s.Outcome != Done {
		s.Failures, s.Cause = l.failures, l.cause
	}
	if l.settle != nil {
		l.settle(s)
	}
	for _, p := range l.parts {
		if l.loop != nil && s.Outcome == Failed {
			for _, f := range s.Failures {
				p.mark(Failed, f.Record, f.Err)
			}
		} else if s.Outcome != Done {
			p.mark(s.Outcome, 0, s.Cause)
		}
		p.Release()
	}
}

// Child returns a lineage for a branch that may leave: it stands for one
// reference of l, but when it is abandoned, l is not; left is called instead.
func (l *Lineage) Child(left func()) *Lineage {
	if l == nil {
		return nil
	}
	c := NewLineage(func(s Settlement) {
		switch s.Outcome {
		case Failed:
			for _, f := range s.Failures {
				l.mark(Failed, f.Record, f.Err)
			}
		case Abandoned:
			left()
		}
		l.Release()
	})
	c.Origin = l.Origin
	return c
}

// Refs returns the number of references, for tests and for looking inside.
func (l *Lineage) Refs() int64 {
	if l == nil {
		return 0
	}
	return l.refs.Load()
}
