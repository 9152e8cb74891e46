package weirgrpc

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/weir-go/weir/demand"
)

// A wire is a consumer's end of a flow: what was requested, received and handled, by
// the numbers of the elements, whatever becomes of the streams that carry it.
// Invariant:
//
//	handled <= given <= received <= upTo
//
// The goroutine that pulls sets what is wanted here, and one goroutine for each
// stream says it, so that a pull never waits for the network. What it says is where
// things stand, not what has changed: to say it again does no harm.
type wire struct {
	conn     grpc.ClientConnInterface
	name     string
	codec    string
	cfg      config
	draining func() bool
	ledger   ledger

	ctx   context.Context // of all streams
	abort context.CancelCauseFunc
	halt  func() bool   // takes back what the end of the run's context does
	over  chan struct{} // closed when the goroutine of the streams has ended
	news  chan struct{} // something is to be said

	mu       sync.Mutex
	isl      *demand.Island
	blocks   []block // received, not yet taken
	upTo     int64
	received int64
	came     int64 // received on the stream of now, those that came again included
	err      error // how the flow has ended, behind the blocks
	left     error // why no more is wanted
	linked   bool  // there is a stream
	closing  bool  // the run has ended
	last     error // how the last stream ended
}

// A block are elements as they came.
type block struct {
	body  []byte
	count int64
}

func newWire(conn grpc.ClientConnInterface, name, codec string, cfg config) *wire {
	w := &wire{conn: conn, name: name, codec: codec, cfg: cfg, upTo: cfg.after, received: cfg.after}
	w.ledger.upTo = cfg.after
	w.over, w.news = make(chan struct{}), make(chan struct{}, 1)
	return w
}

// begin starts the goroutine of the streams, for which close waits.
func (w *wire) begin(run context.Context, isl *demand.Island) {
	w.mu.Lock()
	w.isl = isl
	w.mu.Unlock()
	// Streams outlive a run that fails for as long as it takes to say goodbye.
	w.ctx, w.abort = context.WithCancelCause(context.WithoutCancel(run))
	w.halt = context.AfterFunc(run, func() { w.leave(context.Cause(run)) })
	deadline, timed := run.Deadline()
	go func() {
		defer close(w.over)
		ctx := w.ctx
		if timed {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, deadline)
			defer cancel()
		}
		w.carry(ctx)
	}()
}

// goodbye is how long a run that has failed waits for the producer, at most.
const goodbye = time.Second

// close says what was handled a last time, and waits for the producer's answer and
// the end of the goroutine.
func (w *wire) close() error {
	if w.abort == nil {
		return nil // nothing was pulled
	}
	w.halt()
	w.mu.Lock()
	w.closing = true
	complete := w.err == demand.ErrCompleted && w.left == nil
	failed := w.left != nil && w.left != demand.ErrEnough && w.left != demand.ErrCompleted
	w.mu.Unlock()
	w.say()
	linger := w.cfg.linger
	if failed {
		linger = min(linger, goodbye)
	}
	t := time.NewTimer(linger)
	defer t.Stop()
	late := false
	select {
	case <-w.over:
	case <-t.C:
		late = true
	}
	w.abort(context.Canceled)
	<-w.over
	switch {
	case !complete:
		return nil
	case late:
		return fmt.Errorf("weir: %s did not answer within %s to what was handled up to element %d", w.name, linger, w.ledger.done())
	}
	return w.last
}

// rouse makes whoever pulls look again.
func (w *wire) rouse() {
	w.mu.Lock()
	isl := w.isl
	w.mu.Unlock()
	if isl != nil {
		isl.Wake()
	}
}

// say makes the stream say where things stand.
func (w *wire) say() {
	select {
	case w.news <- struct{}{}:
	default:
	}
}

// ready reports that a pull has something to do.
func (w *wire) ready() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.blocks) > 0 || w.err != nil || w.left != nil || w.draining()
}

// pop hands over a block, or says how the flow has ended.
func (w *wire) pop() (block, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.left != nil:
		return block{}, w.left
	case len(w.blocks) > 0:
		b := w.blocks[0]
		w.blocks[0] = block{}
		if w.blocks = w.blocks[1:]; len(w.blocks) == 0 {
			w.blocks = nil
		}
		return b, nil
	case w.err != nil:
		return block{}, w.err
	case w.draining():
		return block{}, demand.ErrCompleted
	}
	return block{}, nil
}

// request wants what a pull has room for, unless half of it is on its way. With
// elements given already, it is only to keep as many as Ahead says on the way.
func (w *wire) request(given int64, room int, has bool) {
	want := int64(max(room, w.cfg.window))
	if has {
		want = int64(w.cfg.window)
	}
	w.mu.Lock()
	more := w.left == nil && w.err == nil && want > 0 && w.upTo-given <= want/2
	if more {
		w.upTo = given + want
	}
	w.mu.Unlock()
	if more {
		w.say()
	}
}

// settle notes what became of elements that were given.
func (w *wire) settle(e *entry, handled bool) {
	if more := w.ledger.end(e, handled); more > 0 {
		w.cfg.meter.done.Add(more)
		w.say()
	}
}

// leave says that no more is wanted.
func (w *wire) leave(cause error) {
	w.mu.Lock()
	if w.left == nil && w.err == nil {
		w.left = cause
	}
	linked, isl, over := w.linked, w.isl, w.left == nil
	w.mu.Unlock()
	if isl == nil || over {
		return // there never was a stream, or all has come: it only needs to be told what is done
	}
	if !linked {
		w.abort(cause) // there is nobody to tell
	}
	w.say()
	isl.Wake()
}

// drop gives up what was received, and returns how many elements that were.
func (w *wire) drop() (n int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range w.blocks {
		n += b.count
	}
	w.blocks = nil
	return n
}

// accept takes elements that came on a stream, of which the first must have the
// number expected. Those that have come before are dropped.
func (w *wire) accept(f frame, expected int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := f.n + f.count - 1
	switch {
	case f.count == 0:
		return malformed(f)
	case f.n != expected:
		return breach("element %d came where %d was due", f.n, expected)
	case last > w.upTo:
		return tooMany(last, w.upTo)
	case f.most > w.cfg.maxElement:
		return status.Errorf(codes.ResourceExhausted, "weir: an element of %d bytes, the limit is %d", f.most, w.cfg.maxElement)
	case w.left != nil || w.err != nil:
		return nil
	}
	w.came = last
	b := block{f.body, f.count}
	for again := w.received - f.n + 1; again > 0 && b.count > 0; again-- {
		_, b.body = next(b.body)
		b.count--
		w.cfg.meter.duplicates.Add(1)
	}
	w.cfg.meter.elements.Add(b.count)
	w.cfg.meter.frames.Add(1)
	if b.count > 0 {
		w.received = last
		w.blocks = append(w.blocks, b)
		defer w.isl.Wake()
	} else {
		w.say() // they may be handled already
	}
	return nil
}

// complete ends the flow: its last element had the number last.
func (w *wire) complete(last, sent int64) error {
	if got := max(sent, w.progress()); last != got {
		return breach("it completed after element %d, and sent %d", last, got)
	}
	w.fail(demand.ErrCompleted)
	return nil
}

// fail ends the flow with err, behind what was received.
func (w *wire) fail(err error) {
	w.mu.Lock()
	if w.err == nil {
		w.err = err
	}
	w.mu.Unlock()
	w.isl.Wake()
}
