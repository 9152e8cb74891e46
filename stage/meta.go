package stage

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// Meta is what a source, stage or sink says of itself before anything runs.
type Meta struct {
	Kind    string // what it is: "Map", "CSV"
	Options        // as given by the user

	// Err is a mistake in the description, such as a nil function. Start reports
	// it.
	Err error

	// Blocking: a pull may wait in a place where patience is not heeded, such as a
	// read. For sources, and for stages that open some.
	Blocking bool
	// Patient: it pulls with limited patience, because it has something else to do
	// meanwhile. Between it and what is Blocking there has to be a link, and flow
	// puts one there.
	Patient bool
	// Link: its Open starts an island, so that what is above it runs on another
	// goroutine.
	Link bool
	// DrainsItself: a source that completes by itself when the run is drained,
	// because it holds elements that were accepted.
	DrainsItself bool
	// Once, where set, is claimed by the first run; a second one is an error.
	Once *Once

	// For sinks: elements count as handled when they are flushed, which happens
	// after FlushEvery elements, FlushAfter, and when nothing more is waiting.
	Flushes    bool
	FlushEvery int
	FlushAfter time.Duration

	Parts []Meta // of a composition, in the direction of flow
}

// Title is the name, or what it is where no name was given.
func (m Meta) Title() string {
	if m.Name != "" {
		return m.Name
	}
	return strings.ToLower(m.Kind)
}

// Require notes a mistake if ok is false; the first one counts.
func (m Meta) Require(ok bool, format string, args ...any) Meta {
	if !ok && m.Err == nil {
		m.Err = fmt.Errorf(format, args...)
	}
	return m
}

// Func notes a mistake if a function is missing: isNil says so, what names it.
func (m Meta) Func(isNil bool, what string) Meta { return m.notNil(isNil, what) }

func (m Meta) notNil(isNil bool, what string) Meta {
	return m.Require(!isNil, "%s must not be nil", what)
}

// Positive notes a mistake if n is less than one.
func (m Meta) Positive(n int, what string) Meta {
	return m.Require(n > 0, "%s must be at least 1, is %d", what, n)
}

// ErrUsed is wrapped by the error of a second run of an end that serves only
// one, such as a channel.
var ErrUsed = errors.New("weir: can be run only once")

// Once belongs to an end that serves a single run.
type Once struct{ used atomic.Bool }

// Claim takes the only use.
func (o *Once) Claim() error {
	if o == nil || !o.used.Swap(true) {
		return nil
	}
	return ErrUsed
}
