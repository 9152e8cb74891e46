package weirgrpc

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/stage"
)

// DefaultMaxElement is the most bytes that an element may have, 1 MiB, unless
// MaxElement says otherwise.
const DefaultMaxElement = 1 << 20

// DefaultRepeat is how long a consumer waits for an element that it has requested
// before it says so again, unless Repeat says otherwise.
const DefaultRepeat = 10 * time.Second

// DefaultLinger is how long a run of a consumer waits at its end for the producer
// to take note of what was handled, unless Linger says otherwise.
const DefaultLinger = 5 * time.Second

// An Option is for one end, or for both. An end that does not take it reports a
// mistake.
type Option struct {
	name  string
	ends  ends
	apply func(*config) error
}

type ends uint

const (
	producer ends = 1 << iota
	consumer
)

type config struct {
	maxElement int
	meter      *Meter

	// Of the producer.
	run []flow.RunOption

	// Of the consumer.
	stage  []stage.Option
	call   []grpc.CallOption
	md     metadata.MD
	after  int64
	window int
	repeat time.Duration
	linger time.Duration
	again  *Retries
}

func configure(end ends, opts []Option) (config, error) {
	cfg := config{maxElement: DefaultMaxElement, repeat: DefaultRepeat, linger: DefaultLinger}
	for _, o := range opts {
		switch {
		case o.apply == nil:
			return cfg, errors.New("an option is the zero value")
		case o.ends&end == 0:
			return cfg, fmt.Errorf("it does not take the option %s", o.name)
		}
		if err := o.apply(&cfg); err != nil {
			return cfg, err
		}
	}
	if cfg.meter == nil {
		cfg.meter = new(Meter)
	}
	return cfg, nil
}

// positive is an option that wants more than zero.
func positive[N ~int | ~int64](name string, e ends, n N, set func(*config)) Option {
	return Option{name, e, func(c *config) error {
		if n <= 0 {
			return fmt.Errorf("%s must be positive, is %v", name, n)
		}
		set(c)
		return nil
	}}
}

// MaxElement bounds the bytes of an element, at either end. A larger one ends the
// stream with ResourceExhausted. gRPC has limits of its own, for messages of 4 MiB
// by default, on what a server takes.
func MaxElement(n int) Option {
	return positive("MaxElement", producer|consumer, n, func(c *config) { c.maxElement = n })
}

// Metered counts into m, at either end.
func Metered(m *Meter) Option {
	return Option{"Metered", producer | consumer, func(c *config) error {
		if c.meter = m; m == nil {
			return errors.New("Metered: the meter is nil")
		}
		return nil
	}}
}

// RunWith runs the flows of a producer with these options.
func RunWith(opts ...flow.RunOption) Option {
	return Option{"RunWith", producer, func(c *config) error { c.run = append(c.run, opts...); return nil }}
}

// Staged gives the source of a consumer options that sources take: stage.Name, and
// stage.OnError for elements that can't be decoded.
func Staged(opts ...stage.Option) Option {
	return Option{"Staged", consumer, func(c *config) error { c.stage = append(c.stage, opts...); return nil }}
}

// Call opens the stream of a consumer with these options, such as credentials.
func Call(opts ...grpc.CallOption) Option {
	return Option{"Call", consumer, func(c *config) error { c.call = append(c.call, opts...); return nil }}
}

// Metadata goes to the producer with the stream, besides what the context of the
// run has.
func Metadata(md metadata.MD) Option {
	return Option{"Metadata", consumer, func(c *config) error { c.md = metadata.Join(c.md, md); return nil }}
}

// After begins a consumer behind an element, given by its number: the last one that
// an earlier run has handled.
func After(n int64) Option {
	return Option{"After", consumer, func(c *config) error {
		if c.after = n; n < 0 {
			return fmt.Errorf("After must not be negative, is %d", n)
		}
		return nil
	}}
}

// Ahead lets a consumer keep credit for n elements with the producer, so that these
// are on their way while earlier ones are worked on. Without it demand is exact:
// the producer is asked for what is pulled for, and each pull that finds nothing
// waits for the way there and back. At most n elements are held, or as many as
// were pulled for, whichever is more.
func Ahead(n int) Option {
	return positive("Ahead", consumer, n, func(c *config) { c.window = n })
}

// Repeat sets after how long a consumer repeats a request that nothing came for. It
// says up to which element it wants, so to say it again does no harm.
func Repeat(d time.Duration) Option {
	return positive("Repeat", consumer, d, func(c *config) { c.repeat = d })
}

// Linger sets how long a run of a consumer waits at its end for the producer to take
// note of what was handled.
func Linger(d time.Duration) Option {
	return positive("Linger", consumer, d, func(c *config) { c.linger = d })
}

// Retries say when and how often a stream is opened anew.
type Retries struct {
	// First is the delay before the first attempt. Each further one is half as long
	// again, up to Most, spread at random by half. After an element has come it is
	// First again.
	First, Most time.Duration
	// Max attempts are made without an element in between; 0 is no limit.
	Max int
}

// Reconnect lets a consumer go on when the connection was lost: it opens a new
// stream behind the last element that was handled, and drops by their number the
// elements that it has already. The producer's flow must replay from there, with
// the same elements under the same numbers. It does so after Unavailable, and where
// a stream has broken off; other errors fail the source as without it.
func Reconnect(r Retries) Option {
	return Option{"Reconnect", consumer, func(c *config) error {
		if c.again = &r; r.First <= 0 || r.Most < r.First || r.Max < 0 {
			return fmt.Errorf("Reconnect wants 0 < First <= Most and Max >= 0, has %+v", r)
		}
		return nil
	}}
}
