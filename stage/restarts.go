package stage

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Restarts says when and how often source.Restart and sink.Restart open anew what
// has failed.
type Restarts struct {
	// First is the delay before the first restart. Each further one is half as long
	// again, up to Most. After it has run for Most it is First again.
	First, Most time.Duration
	// Jitter is how far a delay is spread at random, as a part of it below one: 0.5
	// makes between 50 and 150 ms of 100 ms. Where it is 0, delays are exact.
	Jitter float64
	// No more than Max restarts are made within the time Within, or in the whole run
	// where that is 0; the next failure fails the stream. Where Max is 0 there is no
	// limit.
	Max    int
	Within time.Duration
	// Completed opens a source anew also when it has completed.
	Completed bool
}

// Check notes in m what is wrong with r.
func (r Restarts) Check(m Meta) Meta {
	m = m.Require(r.First > 0 && r.Most >= r.First, "Restart wants 0 < First <= Most, has %s, %s", r.First, r.Most)
	m = m.Require(r.Jitter >= 0 && r.Jitter < 1, "Restart wants 0 <= Jitter < 1, has %v", r.Jitter)
	m = m.Require(r.Max >= 0, "Restart: Max must not be negative, is %d", r.Max)
	return m.Require(r.Within >= 0, "Restart: Within must not be negative, is %s", r.Within)
}

// A RestartBudget counts the restarts of one run. It is for the library's own
// packages.
type RestartBudget struct {
	how    Restarts
	delays *backoff.ExponentialBackOff
	made   []time.Time // the restarts that count
}

// Budget returns a budget of which nothing is used.
func (r Restarts) Budget() *RestartBudget {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.RandomizationFactor = r.First, r.Most, r.Jitter
	b.Reset()
	return &RestartBudget{how: r, delays: b}
}

// Next returns when what was opened at the time given, and has failed just now,
// may be opened again. It reports false if it has failed once too often.
func (b *RestartBudget) Next(opened time.Time) (due time.Time, ok bool) {
	now := time.Now()
	if now.Sub(opened) >= b.how.Most {
		b.delays.Reset()
	}
	for b.how.Within > 0 && len(b.made) > 0 && now.Sub(b.made[0]) >= b.how.Within {
		b.made = b.made[1:]
	}
	if b.how.Max > 0 {
		if len(b.made) >= b.how.Max {
			return now, false
		}
		b.made = append(b.made, now)
	}
	return now.Add(b.delays.NextBackOff()), true
}

// Made returns how many restarts count against the limit.
func (b *RestartBudget) Made() int { return len(b.made) }
