package stage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
)

// A Policy says what happens to an element for which user code returned an
// error. The zero value fails the stream. Panics always do.
type Policy struct {
	kind    policyKind
	retries int
	backoff func() backoff.BackOff
	then    *Policy
	letters *letters
	err     error
}

type policyKind uint8

const (
	failPolicy policyKind = iota
	skipPolicy
	retryPolicy
	letterPolicy
)

// Fail fails the stream at the first error. It is the default.
func Fail() Policy { return Policy{} }

// Skip drops the element, counted with reason demand.ReasonSkipped, and goes
// on.
func Skip() Policy { return Policy{kind: skipPolicy} }

// Retry calls the function again, up to n times, after a delay that starts at
// first, grows by half each time up to most, and is spread at random by half.
// What still fails then goes by the policy then. The wait is on the goroutine of
// the stage, or of its worker.
func Retry(n int, first, most time.Duration, then Policy) Policy {
	p := Policy{kind: retryPolicy, retries: n, then: &then, err: then.err}
	if n < 1 || first <= 0 || most < first {
		p.err = fmt.Errorf("retry wants n >= 1 and 0 < first <= most, has %d, %s, %s", n, first, most)
	}
	p.backoff = func() backoff.BackOff {
		b := backoff.NewExponentialBackOff()
		b.InitialInterval, b.MaxInterval = first, most
		return b
	}
	return p
}

// DeadLetter writes a Letter to sink, flushes it, and goes on. The element is
// counted with reason demand.ReasonDeadLetter. Stages that are given the same
// Policy value write to the same sink, one at a time.
func DeadLetter(sink Sink[Letter]) Policy {
	p := Policy{kind: letterPolicy}
	if sink == nil {
		p.err = errors.New("the dead-letter sink is nil")
		return p
	}
	if p.err = sink.Meta().Err; p.err != nil {
		p.err = fmt.Errorf("dead-letter sink: %w", p.err)
	}
	p.letters = &letters{sink: sink}
	return p
}

// WantsRecords reports that the policy has use for record numbers.
func (p Policy) WantsRecords() bool {
	return p.kind == letterPolicy || p.then != nil && p.then.WantsRecords()
}

// Call calls f under the policy of the stage that rt belongs to. It reports
// false if the element is to be dropped, which is then counted. An error fails
// the stream.
func Call[In, Out any](ctx context.Context, rt *Runtime, v In, at func() demand.Position, f func(context.Context, In) (Out, error)) (out Out, keep bool, err error) {
	out, err = f(ctx, v)
	if err == nil {
		return out, true, nil
	}
	p := rt.meta.OnError
	if p.kind == retryPolicy {
		delays := p.backoff()
		for n := 0; n < p.retries && err != nil && ctx.Err() == nil; n++ {
			if engine.Sleep(ctx, delays.NextBackOff()) != nil {
				break
			}
			rt.cell.Retried()
			out, err = f(ctx, v)
		}
		if err == nil {
			return out, true, nil
		}
		p = *p.then
	}
	return out, false, rt.refuse(ctx, p, v, at(), err)
}

// Refuse applies the policy of the stage to an element that is bad in itself.
// It returns nil if the stream goes on without it.
func (rt *Runtime) Refuse(v any, at demand.Position, err error) error {
	p := rt.meta.OnError
	for p.kind == retryPolicy {
		p = *p.then
	}
	return rt.refuse(rt.Context(), p, v, at, err)
}

func (rt *Runtime) refuse(ctx context.Context, p Policy, v any, at demand.Position, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	rt.Failed(1)
	switch p.kind {
	case skipPolicy:
		rt.Dropped(demand.ReasonSkipped, 1)
		return nil
	case letterPolicy:
		l := Letter{Time: time.Now(), Stage: rt.Name(), Source: at.Source, Record: at.Record, Element: v, Err: err}
		if lerr := p.letters.write(rt.cell.Run, l); lerr != nil {
			return errors.Join(&Error{Stage: rt.Name(), Source: at.Source, Record: at.Record, Err: err}, lerr)
		}
		rt.Dropped(demand.ReasonDeadLetter, 1)
		return nil
	}
	return &Error{Stage: rt.Name(), Source: at.Source, Record: at.Record, Err: err}
}
