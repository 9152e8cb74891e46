package stagetest

import (
	"errors"
	"sync"
	"time"

	"github.com/weir-go/weir/demand"
)

// gap is how long a slow upstream has nothing at hand, and soon how long a pull
// that waits for a while does.
const (
	gap  = 10 * time.Millisecond
	soon = 4 * time.Millisecond
)

// mostPulls bounds the pulls of a run, for stages that turn in circles.
const mostPulls = 100_000

// feeder is the upstream of a stage under test. It may be pulled from on another
// goroutine than the stage is.
type feeder[In any] struct {
	p     plan
	items []In
	fault func(rule, format string, args ...any)
	done  func(read *sampleRead, s demand.Settlement)

	mu      sync.Mutex
	at      int
	reads   []*sampleRead
	ended   bool  // the end was told
	cause   error // of the first cancel
	pulls   int
	open    time.Time // when the gap at hand ends
	waiting demand.Waiting
}

// enough reports that the stage has cancelled by itself.
func (f *feeder[In]) enough() bool {
	return f.cause != nil && f.cause != errOver && !errors.Is(f.cause, errCancel)
}

// sampleRead is one read: the samples from first up to end.
type sampleRead struct {
	first, end int
	lineage    *demand.Lineage
	settled    int
	outcome    demand.Outcome
}

func (f *feeder[In]) Pull(dst *demand.Chunk[In]) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pulls++; f.pulls == mostPulls {
		f.fault(ruleEnds, "upstream was pulled from %d times", f.pulls)
	}
	if f.pulls >= mostPulls {
		return errHangs
	}
	if dst.Len() > 0 || dst.Free() < 1 {
		f.fault(ruleAsked, "upstream was handed a chunk with %d elements and room for %d", dst.Len(), dst.Free())
		dst.Reset(max(1, dst.Free()))
	}
	switch {
	case f.cause != nil:
		return f.cause
	case f.p.gaps && !f.ended && !f.wait(dst):
		return nil
	case f.at < f.p.n:
		f.open = time.Time{}
		f.give(dst)
		return nil
	}
	f.ended = true
	if f.p.end == byError {
		return errUpstream
	}
	return demand.ErrCompleted
}

// wait reports that the gap is over, for which it waits as long as it may.
func (f *feeder[In]) wait(dst *demand.Chunk[In]) bool {
	now := time.Now()
	if f.open.IsZero() {
		f.open = now.Add(gap)
	}
	isl := dst.Island()
	if dst.Patience().IsNoWait() {
		if now.Before(f.open) && isl != nil {
			time.AfterFunc(f.open.Sub(now), isl.Wake)
		}
		return !now.Before(f.open)
	}
	until := f.open
	if d, ok := dst.Patience().Deadline(); ok && d.Before(until) {
		until = d
	}
	if isl == nil {
		isl = demand.NewIsland()
	}
	f.mu.Unlock()
	f.waiting.Outside = true
	isl.Wait(func() bool { return !time.Now().Before(until) }, demand.Until(until), &f.waiting)
	f.mu.Lock()
	return !time.Now().Before(f.open) || isl.Stopped()
}

// give puts in elements of one read.
func (f *feeder[In]) give(dst *demand.Chunk[In]) {
	if len(f.reads) == 0 || f.reads[len(f.reads)-1].end == f.at {
		r := &sampleRead{first: f.at, end: min(f.at+f.p.read, f.p.n)}
		r.lineage = demand.NewLineage(func(s demand.Settlement) { f.done(r, s) })
		r.lineage.Origin = demand.Origin{Source: "samples", Base: int64(r.first)}
		f.reads = append(f.reads, r)
	}
	r := f.reads[len(f.reads)-1]
	n := min(dst.Free(), f.p.answer, r.end-f.at)
	for i := range n {
		dst.AppendRecord(f.items[f.at+i], int32(f.at+i-r.first+1))
	}
	if f.at += n; f.at < r.end {
		dst.SetLineage(r.lineage.Fork())
	} else {
		dst.SetLineage(r.lineage)
	}
}

func (f *feeder[In]) Cancel(cause error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cause != nil || f.ended {
		return
	}
	f.cause = cause
	if len(f.reads) > 0 {
		if r := f.reads[len(f.reads)-1]; f.at < r.end {
			r.lineage.Abandon(cause)
			r.end = f.at // the rest was never given
		}
	}
}
