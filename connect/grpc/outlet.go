package weirgrpc

import (
	"context"
	"io"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// An outlet is the end of a producer's run towards one consumer: a sink that wants
// what the consumer has requested. Elements are numbered; invariant:
//
//	done <= sent <= upTo
//
// What was sent keeps a reference of its lineage until the consumer is done with it.
type outlet[T any] struct {
	stream grpc.ServerStream
	codec  Codec[T]
	cfg    config
	after  int64
	buf    []byte // one element
	frame  []byte // payloads of one frame

	news chan struct{} // done has grown
	over chan struct{} // closed when the consumer says no more

	mu   sync.Mutex
	wake func()
	upTo int64 // requested
	sent int64
	done int64 // handled
	due  []sending
	left bool // no more is wanted, before all was sent
	said bool // complete or error was sent: the run is at its end
}

// A sending is the lineage of elements that were sent, up to last.
type sending struct {
	last    int64
	lineage *demand.Lineage
}

// listen takes the consumer's frames until there are no more of them. It returns the
// status with which one was refused.
func (o *outlet[T]) listen(cancel context.CancelCauseFunc) error {
	defer close(o.over)
	for {
		f, err := receive(o.stream, maxControl)
		if err == nil {
			err = o.take(f, cancel)
		}
		switch {
		case err == nil:
			continue
		case err == io.EOF: // it has closed its side
			o.leave(cancel)
			return nil
		case o.stream.Context().Err() != nil:
			cancel(context.Cause(o.stream.Context()))
			return nil
		}
		cancel(err)
		return err
	}
}

// leave ends the run early, unless it has said its last word: then it is left in
// peace to commit and close.
func (o *outlet[T]) leave(cancel context.CancelCauseFunc) {
	o.mu.Lock()
	o.left = o.left || !o.said
	left := o.left
	o.mu.Unlock()
	if left {
		cancel(demand.ErrEnough)
	}
}

func (o *outlet[T]) hasLeft() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.left
}

// take does what a frame says.
func (o *outlet[T]) take(f frame, cancel context.CancelCauseFunc) error {
	switch f.kind {
	case requestFrame:
		return o.grant(f.n)
	case doneFrame:
		return o.settle(f.n)
	case cancelFrame:
		o.leave(cancel)
		return nil
	}
	return status.Errorf(codes.InvalidArgument, "weir: a consumer must not send the frame %s", f)
}

// grant raises the credit.
func (o *outlet[T]) grant(upTo int64) error {
	o.mu.Lock()
	was, wake := o.upTo, o.wake
	o.upTo = max(upTo, was)
	o.cfg.meter.granted.Add(o.upTo - was)
	o.mu.Unlock()
	switch {
	case upTo < was || upTo <= o.after:
		return status.Errorf(codes.InvalidArgument, "weir: credit must be at least 1: a request up to element %d, after one up to %d", upTo, was)
	case upTo == was:
		o.cfg.meter.repeated.Add(1)
		return nil
	}
	if wake != nil {
		wake()
	}
	return nil
}

// settle lets go of what the consumer has handled.
func (o *outlet[T]) settle(upTo int64) error {
	o.mu.Lock()
	was, sent := o.done, o.sent
	if upTo < was || upTo > sent {
		o.mu.Unlock()
		return status.Errorf(codes.InvalidArgument, "weir: element %d can't be done: %d were, %d were sent", upTo, was, sent)
	}
	o.done = upTo
	n := 0
	for n < len(o.due) && o.due[n].last <= upTo {
		n++
	}
	free := o.due[:n:n]
	if o.due = o.due[n:]; len(o.due) == 0 {
		o.due = nil
	}
	o.mu.Unlock()
	o.cfg.meter.done.Add(upTo - was)
	for _, s := range free {
		s.lineage.Release()
	}
	select {
	case o.news <- struct{}{}:
	default:
	}
	return nil
}

// Demand implements stage.Demander.
func (o *outlet[T]) Demand(wake func()) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.wake = wake
	return o.upTo - o.sent
}

// Write implements stage.Writer: it sends one frame.
func (o *outlet[T]) Write(in *demand.Chunk[T]) error {
	o.mu.Lock()
	first := o.sent + 1
	left := o.left
	o.mu.Unlock()
	if left {
		return demand.ErrEnough
	}
	o.frame = o.frame[:0]
	n := 0
	hurry := in.HurryFlag()
	for _, v := range in.Items() {
		var err error
		if o.buf, err = o.codec.Append(o.buf[:0], v); err == nil && len(o.buf) > o.cfg.maxElement {
			err = status.Errorf(codes.ResourceExhausted, "weir: element %d has %d bytes, the limit is %d", first+int64(n), len(o.buf), o.cfg.maxElement)
		}
		if err != nil && n > 0 {
			break // those before it go first; it will fail again
		}
		if err != nil {
			return err
		}
		o.frame = payload(o.frame, o.buf)
		if n++; len(o.frame) >= frameSize || hurry.Load() {
			break
		}
	}
	o.mu.Lock()
	o.sent += int64(n)
	o.cfg.meter.elements.Add(int64(n))
	if l := in.Lineage(); l != nil {
		o.due = append(o.due, sending{o.sent, l.Fork()})
	}
	o.mu.Unlock()
	err := o.send(elements(first, o.frame), in)
	if cap(o.frame) > 2*frameSize {
		o.frame = nil
	}
	if err != nil {
		return err
	}
	o.cfg.meter.frames.Add(1)
	in.Advance(n)
	return nil
}

// send waits for room on the way to the consumer.
func (o *outlet[T]) send(frame []byte, in *demand.Chunk[T]) error {
	defer stage.WaitsForRoom(in)()
	return ended(send(o.stream, frame))
}

// ended is the error of a send: io.EOF says that the stream has ended.
func ended(err error) error {
	if err == io.EOF {
		return status.Error(codes.Canceled, "weir: the stream has ended")
	}
	return err
}

// Flush implements stage.Writer.
func (o *outlet[T]) Flush() error { return nil }

// Close implements stage.Writer: it says how the flow has ended, and waits until the
// consumer is done with all, or has no more to say.
func (o *outlet[T]) Close(cause error) error {
	err := o.lastWord(cause)
	if err == nil {
		o.await()
	}
	o.mu.Lock()
	due := o.due
	o.due = nil
	o.mu.Unlock()
	if cause == nil {
		cause = demand.ErrEnough
	}
	for _, s := range due {
		s.lineage.Abandon(cause)
	}
	return err
}

func (o *outlet[T]) lastWord(cause error) error {
	o.mu.Lock()
	left, sent := o.left, o.sent
	o.said = !left
	o.mu.Unlock()
	switch {
	case left:
		return nil
	case cause == nil:
		return ended(send(o.stream, number(completeFrame, sent)))
	}
	return ended(send(o.stream, failing(statusOf(cause))))
}

// await waits until all is handled or nothing more will be.
func (o *outlet[T]) await() {
	for {
		o.mu.Lock()
		all := o.done == o.sent
		o.mu.Unlock()
		if all {
			return
		}
		select {
		case <-o.news:
		case <-o.over:
			return
		}
	}
}
