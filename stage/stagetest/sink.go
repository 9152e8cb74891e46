package stagetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A Sink is a probe for the end of a pipeline: a [stage.Sink] that takes what
// the test requests. It serves one run.
//
// It asks upstream for one element before the first Request, and for one more
// than was requested; that one is taken only by a later Request.
type Sink[T any] struct {
	t    testing.TB
	meta stage.Meta
	opts []cmp.Option
	board

	opened bool
	credit int  // requested, and not yet taken
	got    []T  // taken, and not yet expected
	over   bool // the test has ended
	closed bool
	cause  error // with which it was closed
}

// NewSink returns a probe. Options say how elements are compared. A run that
// still waits for it when the test ends fails.
func NewSink[T any](t testing.TB, opts ...cmp.Option) *Sink[T] {
	t.Helper()
	m := stage.Configure("Probe", stage.TakesWindow, []stage.Option{stage.Window(1, 1)})
	m.Once = new(stage.Once)
	s := &Sink[T]{t: t, meta: m, opts: opts, board: newBoard()}
	t.Cleanup(func() { s.update(func() { s.over = true }) })
	return s
}

// Meta implements stage.Sink.
func (s *Sink[T]) Meta() stage.Meta { return s.meta }

// Open implements stage.Sink.
func (s *Sink[T]) Open(rt *stage.Runtime) stage.Writer[T] {
	s.update(func() { s.opened = true })
	return &tasting[T]{s: s, rt: rt}
}

// Request allows n more elements, at least one. Requests add up.
func (s *Sink[T]) Request(n int) {
	s.t.Helper()
	if n < 1 {
		s.t.Fatalf("stagetest: sink: %v: got %d", demand.ErrDemand, n)
	}
	s.update(func() {
		if s.credit += n; s.credit < 0 {
			s.credit = math.MaxInt
		}
	})
}

// Expect waits for as many elements as vs, and fails the test unless they are
// equal to those. What comes behind them is left for the next expectation.
func (s *Sink[T]) Expect(vs ...T) {
	s.t.Helper()
	if len(vs) == 0 {
		return
	}
	s.await(Timeout, func() bool { return len(s.got) >= len(vs) || s.closed })
	var got []T
	s.update(func() {
		n := min(len(vs), len(s.got))
		got, s.got = s.got[:n:n], s.got[n:]
	})
	if diff := s.diff(vs, got); diff != "" {
		s.fatal("elements differ (-want +got):\n%s", diff)
	}
}

// ExpectNone fails the test if an element comes, or the stream ends, before d
// has passed.
func (s *Sink[T]) ExpectNone(d time.Duration) {
	s.t.Helper()
	if s.await(d, func() bool { return len(s.got) > 0 || s.closed }) {
		s.fatal("nothing was expected within %s, and this came:\n%s", d, s.diff(nil, s.rest()))
	}
}

// ExpectComplete waits for the end of the stream, and fails the test if it is an
// error, or if there are elements that nobody has expected.
func (s *Sink[T]) ExpectComplete() {
	s.t.Helper()
	if err := s.expectEnd(); err != nil {
		s.fatal("completion was expected")
	}
}

// ExpectError waits for the end of the stream, and fails the test unless it is
// an error that is target, as errors.Is sees it; a nil target stands for any. It
// returns the error.
func (s *Sink[T]) ExpectError(target error) error {
	s.t.Helper()
	err := s.expectEnd()
	if err == nil || err == errNotEnded || target != nil && !errors.Is(err, target) {
		s.fatal("the error %v was expected", target)
	}
	return err
}

func (s *Sink[T]) expectEnd() error {
	s.t.Helper()
	s.await(Timeout, func() bool { return s.closed })
	if rest := s.rest(); len(rest) > 0 {
		s.fatal("the end was expected, and elements came before it:\n%s", s.diff(nil, rest))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		return errNotEnded
	}
	return s.cause
}

var errNotEnded = errors.New("it has not ended")

func (s *Sink[T]) rest() []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got
}

// diff returns what differs, also where cmp can't look into the elements.
func (s *Sink[T]) diff(want, got []T) (diff string) {
	defer func() {
		if v := recover(); v != nil {
			diff = fmt.Sprintf("give NewSink options of go-cmp to compare %T: %v", *new(T), v)
		}
	}()
	if len(want) == 0 && len(got) == 0 {
		return ""
	}
	return cmp.Diff(want, got, s.opts...)
}

func (s *Sink[T]) fatal(format string, args ...any) {
	s.t.Helper()
	s.mu.Lock()
	state := fmt.Sprintf("the stream has not ended within %s; %d requested elements have not come", Timeout, s.credit)
	switch {
	case !s.opened:
		state = "no run has opened the sink"
	case s.closed && s.cause == nil:
		state = "the stream has completed"
	case s.closed:
		state = fmt.Sprintf("the stream ended with: %v", s.cause)
	}
	s.mu.Unlock()
	s.t.Fatalf("stagetest: sink: %s\n%s", fmt.Sprintf(format, args...), state)
}

// tasting is an opened Sink.
type tasting[T any] struct {
	s  *Sink[T]
	rt *stage.Runtime
}

func (w *tasting[T]) Write(in *demand.Chunk[T]) error {
	if err := w.wait(in); err != nil {
		return err
	}
	w.s.update(func() {
		n := min(in.Len(), w.s.credit)
		w.s.got = append(w.s.got, in.Items()[:n]...)
		if w.s.credit < math.MaxInt {
			w.s.credit -= n
		}
		in.Advance(n)
	})
	return nil
}

// wait waits until the test requests something.
func (w *tasting[T]) wait(in *demand.Chunk[T]) error {
	defer stage.Waits(in)()
	over := false
	if !w.s.wait(nil, w.rt.Context().Done(), func() bool { over = w.s.over; return w.s.credit > 0 || over }) {
		return context.Cause(w.rt.Context())
	}
	if over {
		return errTestEnded
	}
	return nil
}

func (w *tasting[T]) Flush() error { return nil }

func (w *tasting[T]) Close(cause error) error {
	w.s.update(func() { w.s.closed, w.s.cause = true, cause })
	return nil
}
