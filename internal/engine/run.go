package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weir-go/weir/demand"
)

// Located and Panicked give errors a place. Package stage sets them, which owns
// the types that users see.
var (
	Located  func(stage string, err error) error
	Panicked func(stage string, v any, stack []byte) error
)

// ErrStalled is wrapped by the error of a run in which everybody waits for each
// other.
var ErrStalled = errors.New("weir: the run has stalled")

// A Run is one execution of a graph.
type Run struct {
	Logger  *slog.Logger
	Records bool // somebody wants record numbers

	// Beside are goroutines that are no part of the work; each returns soon after
	// its argument is closed.
	Beside []func(ended <-chan struct{})
	// OnEnd is called when everything has ended, before Wait returns.
	OnEnd func()

	parent  context.Context
	ctx     context.Context
	cancel  context.CancelCauseFunc
	reads   context.Context // ends with ErrDrained, or with the run
	endRead context.CancelCauseFunc

	awake    demand.Awake
	man      *demand.Watchman
	stopped  atomic.Bool
	draining atomic.Bool
	started  time.Time

	sharing sync.Mutex
	shared  map[any]any

	mu       sync.Mutex
	islands  []*island
	cells    []*Cell
	watched  []watched
	todo     []func()
	running  bool
	err      error
	detached []error
	closers  []func() error
	drains   []func()
	over     bool // all sinks have ended
	islandsN int
	sinks    atomic.Int64 // that have not ended
	wg       sync.WaitGroup
	done     chan struct{}
	ended    time.Time
}

// watched is a link or a buffer whose counts belong to the run.
type watched struct {
	cell  *Cell
	link  func() demand.LinkStats
	state func() demand.BufferStats
}

// New returns a run that has not started. It ends when ctx does.
func New(ctx context.Context, logger *slog.Logger) *Run {
	if logger == nil {
		logger = slog.Default()
	}
	r := &Run{Logger: logger, parent: ctx, man: demand.NewWatchman(), done: make(chan struct{})}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	r.reads, r.endRead = context.WithCancelCause(r.ctx)
	r.awake.Stalled = func() {
		if r.live() {
			r.Fail(r.stall())
		}
	}
	return r
}

// live reports that some island has not ended.
func (r *Run) live() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.islandsN > 0
}

// Context ends when the run does; with the run's error as cause.
func (r *Run) Context() context.Context { return r.ctx }

// Reads ends when no more should be read: when the run is drained or ends.
func (r *Run) Reads() context.Context { return r.reads }

// Draining reports that the run is being drained.
func (r *Run) Draining() bool { return r.draining.Load() }

// Go adds a goroutine to the run. Before Start it is put off until then.
func (r *Run) Go(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.running {
		r.todo = append(r.todo, f)
		return
	}
	r.launch(f)
}

func (r *Run) launch(f func()) {
	r.wg.Add(1)
	go func() {
		defer r.wg.Done()
		f()
	}()
}

// island adds a goroutine that pulls.
func (r *Run) island(cell *Cell, body func(*island)) {
	isl := r.newIsland(cell)
	r.Go(func() { isl.run(body) })
}

// Start starts everything that was added. If here is not nil it runs on the
// caller's goroutine, and Start returns when it has.
func (r *Run) Start(here func()) {
	r.mu.Lock()
	r.running = true
	r.started = time.Now()
	for _, isl := range r.islands {
		isl.last = r.started
	}
	halted := make(chan struct{})
	halt := context.AfterFunc(r.parent, func() {
		defer close(halted)
		r.Fail(context.Cause(r.parent))
	})
	todo := r.todo
	r.todo = nil
	for _, f := range todo {
		r.launch(f)
	}
	r.mu.Unlock()
	ended := make(chan struct{})
	var beside sync.WaitGroup
	for _, f := range append(r.Beside, r.man.Watch) {
		beside.Go(func() { f(ended) })
	}
	go func() {
		defer close(r.done)
		r.wg.Wait()
		r.close()
		if !halt() {
			<-halted
		}
		r.endRead(nil)
		r.cancel(nil)
		close(ended)
		beside.Wait()
		r.mu.Lock()
		r.ended = time.Now()
		r.mu.Unlock()
		if r.OnEnd != nil {
			r.OnEnd()
		}
	}()
	if here != nil {
		here()
	}
}

// Abort ends a run that was not started, because err came up first.
func (r *Run) Abort(err error) {
	r.Fail(err)
	r.close()
}

// close runs what was registered with OnClose, last first.
func (r *Run) close() {
	for {
		r.mu.Lock()
		n := len(r.closers)
		if n == 0 {
			r.mu.Unlock()
			return
		}
		f := r.closers[n-1]
		r.closers = r.closers[:n-1]
		r.mu.Unlock()
		if err := guard("close", f); err != nil {
			r.Fail(err)
		}
	}
}

// Sleep waits for d, or returns the cause of ctx when that ends before.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// guard calls f and turns a panic into an error.
func guard(name string, f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = Panicked(name, v, debug.Stack())
		}
	}()
	return f()
}

// Done is closed when the run has ended and everything is closed.
func (r *Run) Done() <-chan struct{} { return r.done }

// Wait waits for the end and returns why it came: nil if everything was
// delivered.
func (r *Run) Wait() error {
	<-r.done
	return r.Err()
}

// Err returns the error of the run so far.
func (r *Run) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// Fail ends the run with err, unless it has failed already.
func (r *Run) Fail(err error) {
	if err == nil {
		err = context.Canceled
	}
	r.mu.Lock()
	if r.err == nil {
		r.err = err
	}
	err = r.err
	first := !r.stopped.Swap(true)
	islands := slices.Clone(r.islands)
	r.mu.Unlock()
	if first {
		r.cancel(err)
		for _, isl := range islands {
			isl.Stop()
		}
	}
}

// cause is why the run was stopped.
func (r *Run) cause() error {
	if err := r.Err(); err != nil {
		return err
	}
	if cause := context.Cause(r.ctx); cause != nil {
		return cause
	}
	return demand.ErrEnough // all sinks have ended
}

// sinkEnded notes the end of a sink. After that of the last one nobody wants
// elements any more: reads from outside end, and the islands that wait for some,
// which an upstream Cancel over a link does not interrupt.
func (r *Run) sinkEnded() {
	if r.sinks.Add(-1) > 0 {
		return
	}
	r.endRead(demand.ErrEnough)
	r.mu.Lock()
	r.over = true
	islands := slices.Clone(r.islands)
	r.mu.Unlock()
	for _, isl := range islands {
		isl.Stop()
	}
}

// Detach notes the failure of a branch that may leave, which does not fail the
// run.
func (r *Run) Detach(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.detached = append(r.detached, err)
}

// Detached returns the failures of branches that left.
func (r *Run) Detached() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.detached)
}

// Drain ends reading: sources complete, and what was read is delivered.
func (r *Run) Drain() {
	if r.draining.Swap(true) {
		return
	}
	r.endRead(demand.ErrDrained)
	r.mu.Lock()
	drains, islands := r.drains, slices.Clone(r.islands)
	r.drains = nil
	r.mu.Unlock()
	for _, f := range drains {
		f()
	}
	for _, isl := range islands {
		isl.Wake()
	}
}

// OnDrain registers f to be called when the run is drained: at once, if it is
// already.
func (r *Run) OnDrain(f func()) {
	r.mu.Lock()
	late := r.draining.Load()
	if !late {
		r.drains = append(r.drains, f)
	}
	r.mu.Unlock()
	if late {
		f()
	}
}

// OnClose registers f to run after all islands have ended. Its error is an
// error of the run.
func (r *Run) OnClose(f func() error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closers = append(r.closers, f)
}

// stall describes who waits for whom.
func (r *Run) stall() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var waits []string
	for _, isl := range r.islands {
		w := isl.WaitingOn()
		if w == nil {
			continue
		}
		what := "elements from"
		if w.ForRoom {
			what = "room in"
		}
		waits = append(waits, fmt.Sprintf("%q waits for %s link %q", isl.name, what, w.Link))
	}
	var links []string
	for _, w := range r.watched {
		if w.link != nil {
			if s := w.link(); s.Held > 0 {
				links = append(links, fmt.Sprintf("link %q holds %d of %d", s.Name, s.Held, s.Cap))
			}
		}
	}
	return fmt.Errorf("%w: every part waits for another: %s; %s: a stage holds back more than the links beside it can take, give them more capacity",
		ErrStalled, strings.Join(waits, ", "), strings.Join(links, ", "))
}

// Shared returns the value of key in this run, made by make when it is first
// asked for.
func (r *Run) Shared(key any, make func() any) any {
	r.sharing.Lock()
	defer r.sharing.Unlock()
	v, ok := r.shared[key]
	if !ok {
		v = make()
		if r.shared == nil {
			r.shared = map[any]any{}
		}
		r.shared[key] = v
	}
	return v
}
