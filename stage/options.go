package stage

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Options are what a user may say of a stage, last and variadic.
type Options struct {
	Name      string
	Workers   int // 0: not given
	Unordered bool
	WindowMin int
	WindowMax int
	Capacity  int
	OnError   Policy
	DropSlow  func(branch int) bool // nil: no branch
	Detach    func(branch int) bool // nil: no branch
}

// An Option changes Options. A stage that does not take it reports a mistake.
type Option struct {
	takes Takes
	what  string
	apply func(*Options) error
}

// Takes is a set of options.
type Takes uint

// The options that a stage may take.
const (
	TakesName Takes = 1 << iota
	TakesWorkers
	TakesUnordered
	TakesWindow
	TakesCapacity
	TakesOnError
	TakesBranches
)

// Name names the stage, in errors, metrics and spans. Every stage takes it.
func Name(s string) Option {
	return Option{TakesName, "Name", func(o *Options) error {
		if strings.TrimSpace(s) == "" {
			return errors.New("the name is empty")
		}
		o.Name = s
		return nil
	}}
}

// Workers makes the stage call its function on n goroutines at once. Results
// keep their order unless Unordered is given too.
func Workers(n int) Option {
	return Option{TakesWorkers, "Workers", atLeast(1, n, func(o *Options) { o.Workers = n })}
}

// Unordered lets results of Workers leave as they come.
func Unordered() Option {
	return Option{TakesUnordered, "Unordered", func(o *Options) error { o.Unordered = true; return nil }}
}

// Window bounds how many elements a driver (a sink, a link, a fan-out) asks for
// at once: between least and most, chosen by how long they take. Window(1, 1)
// asks for one at a time.
func Window(least, most int) Option {
	return Option{TakesWindow, "Window", func(o *Options) error {
		if least < 1 || most < least {
			return fmt.Errorf("want 1 <= min <= max, have %d and %d", least, most)
		}
		o.WindowMin, o.WindowMax = least, most
		return nil
	}}
}

// Capacity sets how many elements a stage with links or buffers holds in each
// of them.
func Capacity(n int) Option {
	return Option{TakesCapacity, "Capacity", atLeast(1, n, func(o *Options) { o.Capacity = n })}
}

// OnError says what happens to an element for which the stage's function
// returns an error. Without it the stream fails.
func OnError(p Policy) Option {
	return Option{TakesOnError, "OnError", func(o *Options) error {
		o.OnError = p
		return p.err
	}}
}

// DropSlow makes branches of a fan-out lose elements while they have no room,
// counted with reason demand.ReasonSlowBranch, instead of holding the others
// back. Without arguments it holds for all branches.
func DropSlow(branches ...int) Option {
	return Option{TakesBranches, "DropSlow", func(o *Options) error { o.DropSlow = among(branches); return nil }}
}

// Detach lets branches of a fan-out fail or leave while the others go on. What
// fails below such a branch does not fail the run; it is reported in the
// Snapshot. Without arguments it holds for all branches.
func Detach(branches ...int) Option {
	return Option{TakesBranches, "Detach", func(o *Options) error { o.Detach = among(branches); return nil }}
}

func among(branches []int) func(int) bool {
	return func(i int) bool { return len(branches) == 0 || slices.Contains(branches, i) }
}

func atLeast(least, n int, set func(*Options)) func(*Options) error {
	return func(o *Options) error {
		if n < least {
			return fmt.Errorf("must be at least %d, is %d", least, n)
		}
		set(o)
		return nil
	}
}

// Configure reads the options of a stage that takes some of them.
func Configure(kind string, takes Takes, opts []Option) Meta {
	m := Meta{Kind: kind}
	for _, opt := range opts {
		if opt.apply == nil {
			continue
		}
		if opt.takes&(takes|TakesName) == 0 {
			m = m.Require(false, "option %s is not one that %s takes", opt.what, kind)
			continue
		}
		if err := opt.apply(&m.Options); err != nil {
			m = m.Require(false, "option %s: %w", opt.what, err)
		}
	}
	return m
}
