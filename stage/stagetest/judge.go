package stagetest

import (
	"errors"

	"github.com/google/go-cmp/cmp"

	"github.com/weir-go/weir/demand"
)

// runAll runs all plans.
func (c *checker[In, Out]) runAll() {
	n := len(c.samples)
	first := c.try(plain(n))
	c.judge(first)
	c.reference = first.outs
	if c.want != nil {
		if diff := c.differ(c.want, first.outs); diff != "" {
			c.fault(first.p, ruleCompleted, "not what was wanted (-want +got):\n%s", diff)
		}
	}
	if len(c.faults[ruleNoPanic])+len(c.faults[ruleEnds]) > 0 {
		return // nothing can be compared
	}
	c.origin = c.origins()
	for _, p := range shapes(n) {
		r := c.try(p)
		c.judge(r)
		if diff := c.differ(c.reference, r.outs); diff != "" && !r.faulty && r.err == demand.ErrCompleted {
			rule := ruleWindow
			if p.poison {
				rule = ruleAlias
			}
			if p.wait != forEver && p.gaps {
				rule = rulePatience
			}
			c.fault(p, rule, "other elements came out (-all at once +so):\n%s", diff)
		}
	}
	for _, p := range endings(n, len(c.reference)) {
		c.judge(c.try(p))
	}
}

// origins finds out which sample each element was made of: where each sample
// makes one in turn, or where elements are samples and come when these do.
// Otherwise it returns nil, and what needs it is not checked.
func (c *checker[In, Out]) origins() (at []int) {
	if c.by != nil || c.unordered || len(c.samples) > mostOrigins {
		return nil
	}
	counts := []int{}
	one := true
	for n := range len(c.samples) + 1 {
		counts = append(counts, len(c.try(plain(n)).outs))
		one = one && counts[n] == n
	}
	next := 0
	for i, out := range c.reference {
		if !one {
			for next < len(c.samples) && !cmp.Equal(any(c.samples[next]), any(out), c.cmp...) {
				next++
			}
			if next == len(c.samples) || counts[next] != i || counts[next+1] != i+1 || c.repeats() {
				return nil
			}
		}
		at = append(at, next)
		next++
	}
	return at
}

// mostOrigins bounds the samples for which origins are looked for, which takes
// a run for each.
const mostOrigins = 32

// repeats reports that two samples are alike.
func (c *checker[In, Out]) repeats() bool {
	for i, a := range c.samples {
		for _, b := range c.samples[:i] {
			if cmp.Equal(a, b, c.cmp...) {
				return true
			}
		}
	}
	return false
}

// judge looks at how a run ended, and at what became of its reads.
func (c *checker[In, Out]) judge(r *rig[In, Out]) {
	if r.faulty {
		c.judgeSettled(r)
		return
	}
	in := r.in
	switch r.p.end {
	case byCompletion:
		c.judgeEnd(r, demand.ErrCompleted)
	case byError:
		c.judgeEnd(r, errUpstream)
		c.judgePrefix(r)
	case byCancel:
		if !in.ended && in.cause == nil {
			r.fault(ruleCancel, "upstream was not cancelled")
		} else if errors.Is(in.cause, errAgain) {
			r.fault(ruleCancel, "upstream was cancelled with the second cause")
		}
	}
	c.judgeSettled(r)
}

// judgeEnd checks the error with which a stage ended. A stage that has enough
// may complete before upstream does.
func (c *checker[In, Out]) judgeEnd(r *rig[In, Out], want error) {
	switch {
	case errors.Is(r.err, want) && (want != demand.ErrCompleted || r.err == want):
	case c.recovers && want == errUpstream:
	case r.err == demand.ErrCompleted && r.in.enough():
	case r.err == demand.ErrCompleted && r.in.ended && c.differ(c.reference, r.outs) == "":
		// It had what it wanted before it saw the error. If that is not so, another
		// position shows it.
	case r.err == demand.ErrCompleted:
		r.fault(ruleCompleted, "it completed, and upstream had failed")
	default:
		r.fault(ruleAnswer, "it ended with %v, want %v", r.err, want)
	}
	if r.err == demand.ErrCompleted && !r.in.ended && !r.in.enough() {
		r.fault(ruleCompleted, "it completed after %d of %d samples, without a cancel of upstream", r.in.at, r.p.n)
	}
}

// judgePrefix checks that an error came behind the elements before it.
func (c *checker[In, Out]) judgePrefix(r *rig[In, Out]) {
	if c.origin == nil || r.in.enough() || c.recovers {
		return
	}
	var want []Out
	for i, at := range c.origin {
		if at < r.p.n {
			want = append(want, c.reference[i])
		}
	}
	if diff := c.differ(want, r.outs); diff != "" {
		r.fault(ruleAnswer, "the error did not come behind the elements before it (-want +got):\n%s", diff)
	}
}

// judgeSettled checks that every read has settled once, and rightly.
func (c *checker[In, Out]) judgeSettled(r *rig[In, Out]) {
	for i, read := range r.in.reads {
		switch {
		case read.settled == 0:
			r.fault(ruleSettles, "read %d, of samples %d to %d, never settled: %d references are left", i, read.first, read.end-1, read.lineage.Refs())
		case read.settled > 1:
			r.fault(ruleSettles, "read %d settled %d times", i, read.settled)
		case read.outcome != demand.Done && r.err == demand.ErrCompleted && !r.in.enough() && r.p.end == byCompletion:
			r.fault(ruleCompleted, "it completed, and samples %d to %d were given up: %s", read.first, read.end-1, read.outcome)
		}
	}
}
