package stagetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A Source is a probe for the beginning of a pipeline: a [stage.Source] that
// gives what the test sends, when it is asked for. It serves one run. It heeds
// patience, so no link is put below it, and it completes when the run is
// drained.
type Source[T any] struct {
	t    testing.TB
	meta stage.Meta
	board

	opened bool
	isl    *demand.Island // of the last pull
	queue  []T            // sent, and not yet taken
	asked  int            // room of the request that is open, 0 for none
	waits  bool           // the request waits for an answer
	end    error          // set by Complete and Fail
	gone   bool
	cause  error // of the cancel
}

var errTestEnded = errors.New("stagetest: the test has ended")

// NewSource returns a probe. The option stage.Name names it. A run that still
// waits for it when the test ends fails.
func NewSource[T any](t testing.TB, opts ...stage.Option) *Source[T] {
	t.Helper()
	m := stage.Configure("Probe", stage.TakesName, opts)
	m.Once = new(stage.Once)
	s := &Source[T]{t: t, meta: m, board: newBoard()}
	t.Cleanup(func() { s.finish(errTestEnded) })
	return s
}

// Meta implements stage.Source.
func (s *Source[T]) Meta() stage.Meta { return s.meta }

// Open implements stage.Source.
func (s *Source[T]) Open(rt *stage.Runtime) demand.Upstream[T] {
	s.update(func() { s.opened = true })
	return &probing[T]{s: s, rt: rt, waiting: demand.Waiting{Link: rt.Name(), Outside: true}}
}

// Send gives elements to the pipeline. It waits until all have been asked for
// and taken, and fails the test if the pipeline does not want them.
func (s *Source[T]) Send(vs ...T) {
	s.t.Helper()
	s.change(func() { s.queue = append(s.queue, vs...) })
	if !s.await(Timeout, func() bool { return len(s.queue) == 0 || s.gone }) || s.left() > 0 {
		s.fatal("%d of %d elements sent were not asked for within %s", s.left(), len(vs), Timeout)
	}
}

// Complete ends the source: what was sent was all.
func (s *Source[T]) Complete() { s.finish(demand.ErrCompleted) }

// Fail ends the source with an error.
func (s *Source[T]) Fail(err error) { s.finish(err) }

// ExpectRequest waits until the pipeline asks for elements, and returns for how
// many: the room of the pull that waits for an answer, or that found none and
// does not wait. It returns the same request again until that has been answered
// or given up.
func (s *Source[T]) ExpectRequest() int {
	s.t.Helper()
	return s.ExpectRequestAtLeast(1)
}

// ExpectRequestAtLeast is ExpectRequest for at least n elements.
func (s *Source[T]) ExpectRequestAtLeast(n int) int {
	s.t.Helper()
	asked := 0
	if !s.await(Timeout, func() bool { asked = s.asked; return asked >= n }) {
		s.fatal("no request for %d elements or more came within %s", n, Timeout)
	}
	return asked
}

// ExpectNoRequest fails the test if the pipeline asks for elements before d has
// passed.
func (s *Source[T]) ExpectNoRequest(d time.Duration) {
	s.t.Helper()
	asked := 0
	if s.await(d, func() bool { asked = s.asked; return asked > 0 }) {
		s.fatal("%d elements were asked for, and no request was expected within %s", asked, d)
	}
}

// ExpectCancel waits until the pipeline wants no more, and returns why. The end
// of a run is a cancel too: demand.ErrEnough, or the error of the run.
func (s *Source[T]) ExpectCancel() error {
	s.t.Helper()
	if !s.await(Timeout, func() bool { return s.gone }) {
		s.fatal("it was not cancelled within %s", Timeout)
	}
	return s.cause
}

func (s *Source[T]) left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

func (s *Source[T]) finish(err error) {
	s.change(func() {
		if s.end == nil {
			s.end = err
		}
	})
}

// change is update, and wakes the island that may sleep in a pull.
func (s *Source[T]) change(f func()) {
	var isl *demand.Island
	s.update(func() { f(); isl = s.isl })
	if isl != nil {
		isl.Wake()
	}
}

func (s *Source[T]) fatal(format string, args ...any) {
	s.t.Helper()
	s.mu.Lock()
	state := fmt.Sprintf("a request for %d waits for an answer", s.asked)
	switch {
	case s.opened && !s.gone && s.end == nil && s.asked == 0:
		state = "no request is open"
	case s.opened && !s.gone && s.end == nil && !s.waits:
		state = fmt.Sprintf("a request for %d found nothing, and has not been repeated", s.asked)
	case !s.opened:
		state = "no run has opened it"
	case s.gone:
		state = fmt.Sprintf("it was cancelled: %v", s.cause)
	case s.end != nil:
		state = fmt.Sprintf("it has ended: %v", s.end)
	}
	s.mu.Unlock()
	s.t.Fatalf("stagetest: source %q: %s; %s", s.meta.Title(), fmt.Sprintf(format, args...), state)
}

// probing is an opened Source.
type probing[T any] struct {
	s       *Source[T]
	rt      *stage.Runtime
	waiting demand.Waiting
}

func (p *probing[T]) Pull(dst *demand.Chunk[T]) error {
	if dst.Island() == nil {
		dst.SetIsland(demand.NewIsland())
	}
	for {
		if done, err := p.answer(dst); done {
			return err
		}
		if !dst.Island().Wait(p.ready, dst.Patience(), &p.waiting) {
			if dst.Island().Stopped() {
				return demand.ErrStopped
			}
			if !dst.Patience().IsNoWait() {
				p.s.update(func() { p.s.asked = 0 })
			}
			return nil
		}
	}
}

// answer gives what is there, or notes the request.
func (p *probing[T]) answer(dst *demand.Chunk[T]) (done bool, err error) {
	p.s.update(func() {
		p.s.isl = dst.Island()
		n := copy(dst.Spare(), p.s.queue)
		dst.Grow(n)
		p.s.queue = p.s.queue[n:]
		err = p.ended()
		p.s.asked = 0
		if done = n > 0 || err != nil; !done {
			p.s.asked, p.s.waits = dst.Free(), !dst.Patience().IsNoWait()
		}
		if n > 0 {
			err = nil
		}
	})
	return done, err
}

// ended returns how the source has ended. The lock is held.
func (p *probing[T]) ended() error {
	switch {
	case p.s.gone:
		return p.s.cause
	case p.s.end != nil:
		return p.s.end
	}
	return context.Cause(p.rt.Reads()) // on a drain
}

func (p *probing[T]) ready() bool {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return len(p.s.queue) > 0 || p.ended() != nil
}

func (p *probing[T]) Cancel(cause error) {
	p.s.update(func() {
		if !p.s.gone {
			p.s.gone, p.s.cause, p.s.asked = true, cause, 0
		}
	})
}
