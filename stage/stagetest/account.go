package stagetest

import (
	"github.com/weir-go/weir/demand"
)

// The account that a rig keeps of elements and their lineages.

// take copies the answer and its lineage, and may spoil dst.
func (r *rig[In, Out]) take(n int) {
	r.mu.Lock()
	first := len(r.outs)
	r.outs = append(r.outs, r.dst.Items()...)
	r.released = append(r.released, make([]bool, n)...)
	r.mu.Unlock()
	r.records(first, n)
	l := r.dst.TakeLineage()
	r.held = append(r.held, l)
	if l == nil && !r.c.untracked {
		r.fault(ruleEarly, "elements %d to %d came without the lineage of what they were made of: use the helpers of package demand", first, first+n-1)
	}
	memory := r.dst.Items()
	r.dst.Advance(n)
	for i := range memory {
		if all := r.c.reference; r.p.poison && len(all) > 0 {
			memory[i] = all[len(all)-1-(first+i)%len(all)]
		}
	}
}

// records checks that record numbers are those of the samples.
func (r *rig[In, Out]) records(first, n int) {
	for i := range n {
		at := r.sample(first + i)
		if number := r.dst.Position(i).Record; at >= 0 && number != 0 && number != int64(at+1) {
			r.fault(ruleEarly, "element %d has record number %d, it was made of record %d", first+i, number, at+1)
		}
	}
}

// sample returns the sample of which an element was made, or -1.
func (r *rig[In, Out]) sample(i int) int {
	if i < len(r.c.origin) {
		return r.c.origin[i]
	}
	return -1
}

// release lets go of all that was taken, as a sink does after a flush.
func (r *rig[In, Out]) release() {
	r.mu.Lock()
	for i := range r.released {
		r.released[i] = true
	}
	held := r.held
	r.held = nil
	r.mu.Unlock()
	for _, l := range held {
		l.Release()
	}
}

// settled is told how a read ended.
func (r *rig[In, Out]) settled(read *sampleRead, s demand.Settlement) {
	r.mu.Lock()
	read.settled++
	read.outcome = s.Outcome
	early := -1
	if s.Outcome == demand.Done && len(r.c.origin) > 0 {
		early = r.early(read)
	}
	r.mu.Unlock()
	if early >= 0 {
		r.fault(ruleEarly, "a read of samples %d to %d was done before what was made of sample %d was handed on", read.first, read.end-1, early)
	}
}

// early returns a sample of the read whose elements are not all released, or -1.
func (r *rig[In, Out]) early(read *sampleRead) int {
	need := map[int]int{}
	for _, at := range r.c.origin {
		if at >= read.first && at < read.end {
			need[at]++
		}
	}
	for i, ok := range r.released {
		if at := r.sample(i); ok && at >= 0 {
			need[at]--
		}
	}
	for at := read.first; at < read.end; at++ {
		if need[at] > 0 {
			return at
		}
	}
	return -1
}
