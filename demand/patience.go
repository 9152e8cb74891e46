package demand

import "time"

// Patience says how long the caller of a Pull is willing to wait for the first
// element. When it runs out, the answer is empty and nothing is lost.
//
// The zero value waits for ever.
type Patience struct {
	until  time.Time
	noWait bool
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

// Sooner returns the one that runs out first.
func (p Patience) Sooner(q Patience) Patience {
	switch {
	case p.noWait || q.IsForever():
		return p
	case q.noWait || p.IsForever() || q.until.Before(p.until):
		return q
	}
	return p
}
