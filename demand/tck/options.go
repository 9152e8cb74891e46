package tck

import (
	"math"
	"time"

	"github.com/weir-go/weir/demand"
)

// An Option says how an implementation is to be checked.
type Option func(*config)

type config struct {
	unsupported map[string]string
	most        int
	endless     bool
	recovers    bool
	enough      int
	depth       int32
	real        bool
	timeout     time.Duration
	quiet       time.Duration
	failing     any // func(int) demand.Publisher[T]
	rejecting   any // func() demand.Publisher[T]
}

func configure(opts []Option) *config {
	c := &config{
		unsupported: map[string]string{},
		most:        math.MaxInt,
		depth:       1,
		timeout:     time.Minute,
		quiet:       time.Second,
	}
	for _, o := range opts {
		o(c)
	}
	return c
}

// Unsupported declares that an optional rule, such as "1.11", is not supported.
// Its checks are skipped, and give the reason.
func Unsupported(number, reason string) Option {
	return func(c *config) { c.unsupported[number] = reason }
}

// MaxElements says that a publisher can't give more than n elements. Checks that
// need more are skipped.
func MaxElements(n int) Option { return func(c *config) { c.most = n } }

// Endless says that the publisher never completes: it gives at least the elements
// it is made for. What needs an end is skipped.
func Endless() Option { return func(c *config) { c.endless = true } }

// Recursion allows OnNext to be called from within Request from within OnNext, up
// to n calls of OnNext on one stack (rule 3.3). Without this it is one.
func Recursion(n int) Option { return func(c *config) { c.depth = int32(min(n, math.MaxInt32)) } }

// Failing has publishers made that give so many elements and fail then. The rules
// about OnError are skipped without it.
func Failing[T any](publisher func(elements int) demand.Publisher[T]) Option {
	return func(c *config) { c.failing = publisher }
}

// Rejecting has a publisher made that accepts no subscriber (rule 1.9).
func Rejecting[T any](publisher func() demand.Publisher[T]) Option {
	return func(c *config) { c.rejecting = publisher }
}

// Recovers says that a processor does something else about an error of its
// upstream than to pass it on (rule 4.2).
func Recovers() Option { return func(c *config) { c.recovers = true } }

// CancelsAfter says that a subscriber cancels after n elements, so that what it
// does then can be checked. A subscriber with a probe needs none of this.
func CancelsAfter(n int) Option { return func(c *config) { c.enough = n } }

// RealTime has each check run in real time and not in a bubble of
// testing/synctest: for implementations with goroutines that were there before,
// or that wait for the world outside. What must happen has to happen within
// timeout; what must not happen is watched for as long as quiet.
func RealTime(timeout, quiet time.Duration) Option {
	return func(c *config) { c.real, c.timeout, c.quiet = true, timeout, quiet }
}
