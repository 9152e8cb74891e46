package demand

import "time"

// Patience says how long the caller of a Pull is willing to wait for the first
// element. When it runs out, the answer is empty and nothing is lost.
//
// The zero value waits for ever.
type Patience struct {
	until   time.Time
	noWait  bool
	pending bool
}

// Forever waits until there is an element or an error.
var Forever = Patience{}

// NoWait takes what is there and never waits.
var NoWait = Patience{noWait: true}

// Until waits until t at the latest.
func Until(t time.Time) Patience { return Patience{until: t} }

// IsForever reports whether the caller waits without a limit.
func (p Patience) IsForever() bool { return !p.noWait && p.until.IsZero() }

// IsNoWait reports whether the caller does not wait at all.
func (p Patience) IsNoWait() bool { return p.noWait }

// Deadline returns the time at which patience runs out. It reports false for
// Forever and for NoWait.
func (p Patience) Deadline() (time.Time, bool) { return p.until, !p.noWait && !p.until.IsZero() }

// Out reports whether patience has run out at now.
func (p Patience) Out(now time.Time) bool {
	return p.noWait || !p.until.IsZero() && !now.Before(p.until)
}

// Sooner returns the one that runs out first. It is pending if one of them is.
func (p Patience) Sooner(q Patience) Patience {
	if !p.noWait && !q.IsForever() && (q.noWait || p.IsForever() || q.until.Before(p.until)) {
		p, q = q, p
	}
	p.pending = p.pending || q.pending
	return p
}

// Pending reports that somebody between who asks first and who is asked has work
// under way, for which it limits its patience: elements will come of it even if
// none are answered. It matters in a cycle.
func (p Patience) Pending() bool { return p.pending }

// WithPending returns p, pending or not.
func (p Patience) WithPending(pending bool) Patience {
	p.pending = pending
	return p
}
