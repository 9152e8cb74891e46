package gostreams

import (
	"errors"
	"sync"

	streams "github.com/reugn/go-streams"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ErrCount is wrapped by the error of a stage of Each whose flow made more or fewer
// elements than it was given.
var ErrCount = errors.New("gostreams: their flow did not make one element of each")

// Each is Flow for a flow of go-streams that makes exactly one element of each, in
// order: a Map or a chain of them with a parallelism of 1, a Fold, a Reduce, a
// PassThrough, a throttler that waits. So it is known which element came of which,
// and lineage and record numbers go along: an element counts as handled when what
// was made of it is. A flow that makes another number of elements fails the run
// with [ErrCount]; one that changes their order is not found out.
//
//	in             -a-b-c---|
//	Each(NewMap)   --A-B-C--|
//
// emits when their flow does · backpressures when their flow takes nothing ·
// completes when their flow closes its channel · fails when Flow does, or the
// numbers differ · cancels like Flow · starts 2 goroutines beside theirs
func Each[In, Out any](open func() streams.Flow, opts ...stage.Option) stage.Stage[In, Out] {
	return makeFlow[In, Out](each, open == nil, untied(open), opts)
}

// tags are what is known of the elements that are in a flow of theirs, in order.
// A nil one keeps nothing.
type tags struct {
	mu  sync.Mutex
	all []tag
	end error // nobody takes any more
}

type tag struct {
	lineage *demand.Lineage
	record  int32
}

// push adds the tag of an element that is about to be sent.
func (q *tags) push(l *demand.Lineage, record int32) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.end == nil {
		q.all = append(q.all, tag{l.Fork(), record})
	}
}

// unsent takes the last tag back.
func (q *tags) unsent(cause error) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if last := len(q.all) - 1; last >= 0 {
		q.all[last].lineage.Abandon(cause)
		q.all = q.all[:last]
	}
}

// pop returns the tag of an element that was received.
func (q *tags) pop() (t tag, err error) {
	if q == nil {
		return tag{}, nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.all) == 0 {
		return tag{}, ErrCount
	}
	t, q.all = q.all[0], q.all[1:]
	return t, nil
}

// joins reports that the next element may come behind those of lineage l in one
// answer.
func (q *tags) joins(l *demand.Lineage) bool {
	if q == nil {
		return true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.all) > 0 && q.all[0].lineage == l
}

// left returns whether elements were given of which nothing was made.
func (q *tags) left() bool {
	if q == nil {
		return false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.all) > 0
}

// abandon gives up what is left, and what is pushed from now on.
func (q *tags) abandon(cause error) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.end = cause
	for _, t := range q.all {
		t.lineage.Abandon(cause)
	}
	q.all = nil
}
