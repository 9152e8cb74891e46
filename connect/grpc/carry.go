package weirgrpc

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
)

// breach is the error of a producer that does not keep to the protocol.
func breach(format string, args ...any) error {
	return status.Errorf(codes.Internal, "weir: the producer broke the protocol: "+format, args...)
}

func tooMany(got, upTo int64) error {
	return fmt.Errorf("%w: element %d, where %d was the last", flow.ErrTooMany, got, upTo)
}

// broken is the error of a stream after which it makes sense to try again.
type broken struct{ err error }

func (b *broken) Error() string { return b.err.Error() }

// carry opens one stream after the other, until the flow has ended or must not go on.
func (w *wire) carry(ctx context.Context) {
	tries, delay := 0, time.Duration(0)
	for {
		before := w.progress()
		err := w.stream(outgoing(ctx, w.cfg.md))
		switch {
		case err != nil && ctx.Err() != nil:
			err = context.Cause(ctx)
		case status.Code(err) == codes.DeadlineExceeded: // the producer's clock was first
			err = fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
		}
		w.mu.Lock()
		w.linked = false
		gone := w.left != nil && w.left != demand.ErrCompleted
		w.mu.Unlock()
		again := w.cfg.again
		b, _ := err.(*broken)
		if b == nil || gone || again == nil {
			w.finish(err)
			return
		}
		if w.progress() > before {
			tries, delay = 0, 0
		}
		if tries++; again.Max > 0 && tries > again.Max {
			w.finish(fmt.Errorf("weir: gave up after %d attempts to reconnect: %w", again.Max, b.err))
			return
		}
		if delay = min(max(delay*3/2, again.First), again.Most); !w.pause(ctx, delay) {
			w.finish(context.Cause(ctx))
			return
		}
	}
}

// finish ends the flow as its last stream did.
func (w *wire) finish(err error) {
	if b, ok := err.(*broken); ok {
		err = b.err
	}
	w.mu.Lock()
	w.last = err
	w.mu.Unlock()
	if err != nil {
		w.fail(err)
	}
}

func (w *wire) progress() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.received
}

// pause waits before the next attempt, for d or up to half of it less or more.
func (w *wire) pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d/2 + rand.N(d))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// stream opens a stream behind what was handled, and receives until it has ended. It
// returns nil where nothing is missing.
func (w *wire) stream(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	opts := append([]grpc.CallOption{grpc.MaxCallRecvMsgSize(w.cfg.maxElement + frameSize + frameSlack)}, w.cfg.call...)
	desc := &grpc.StreamDesc{StreamName: method, ServerStreams: true, ClientStreams: true}
	s, err := w.conn.NewStream(ctx, desc, "/"+w.name+"/"+method, opts...)
	if err != nil {
		return failed(err)
	}
	after := w.ledger.done()
	if err := send(s, opening(after, w.codec)); err != nil && err != io.EOF {
		return failed(err)
	}
	w.cfg.meter.streams.Add(1)
	if after > w.cfg.after {
		w.cfg.meter.resumed.Add(1)
	}
	w.mu.Lock()
	w.linked, w.came = true, after
	w.mu.Unlock()
	var told sync.WaitGroup
	defer told.Wait()
	defer cancel() // so that it ends
	told.Go(func() { w.tell(ctx, s, after) })
	return w.listen(s, after)
}

// listen takes the producer's frames.
func (w *wire) listen(s grpc.ClientStream, after int64) error {
	expected, over := after+1, false
	for {
		f, err := receive(s, w.cfg.maxElement+frameSize+frameSlack)
		switch {
		case err == io.EOF && (over || w.wantsNoMore()):
			return nil
		case err == io.EOF:
			return &broken{status.Error(codes.Unavailable, "weir: the stream ended before the flow did")}
		case err != nil && over && w.ends() != demand.ErrCompleted:
			return nil // it was said before
		case err != nil:
			return failed(err)
		}
		switch f.kind {
		case elementsFrame:
			err = w.accept(f, expected)
			expected += f.count
		case completeFrame:
			over = true
			err = w.complete(f.n, expected-1)
		case errorFrame:
			st := f.failure()
			if st.Code() == codes.Unavailable && w.cfg.again != nil {
				return &broken{st.Err()}
			}
			over = true
			w.fail(st.Err())
		default:
			err = status.Errorf(codes.InvalidArgument, "weir: a producer must not send the frame %s", f)
		}
		if err != nil {
			return err
		}
	}
}

func (w *wire) wantsNoMore() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.left != nil || w.closing
}

func (w *wire) ends() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// failed sorts the errors of gRPC: a connection that is lost is Unavailable, and
// Internal where that happened in the middle of a message.
func failed(err error) error {
	switch status.Code(err) {
	case codes.Unavailable:
		return &broken{err}
	case codes.Internal:
		if status.Convert(err).Message() == io.ErrUnexpectedEOF.Error() {
			return &broken{err}
		}
	}
	return err
}

// tell says where things stand whenever that has changed, and what was requested
// once more when nothing comes. It ends with the stream, or closes its side when the
// run has ended.
func (w *wire) tell(ctx context.Context, s grpc.ClientStream, after int64) {
	upTo, done, seen, canceled := after, after, int64(-1), false
	t := time.NewTimer(w.cfg.repeat)
	defer t.Stop()
	repeat := false
	for {
		handled := w.ledger.done()
		w.mu.Lock()
		handled = min(handled, w.came) // the producer of this stream has not sent the others yet
		wanted, received, left := w.upTo, w.received, w.left != nil
		closing := w.closing || w.err != nil && handled == received
		w.mu.Unlock()
		var say [][]byte
		switch {
		case left || closing:
		case wanted > upTo:
			w.cfg.meter.granted.Add(wanted - upTo)
			say = append(say, number(requestFrame, wanted))
			upTo, seen = wanted, -1
		case repeat && upTo > received && received == seen:
			w.cfg.meter.repeated.Add(1)
			say = append(say, number(requestFrame, upTo))
		}
		if handled > done {
			say = append(say, number(doneFrame, handled))
			done = handled
		}
		if left && !canceled {
			say = append(say, number(cancelFrame, 0))
			canceled = true
		}
		for _, b := range say {
			if send(s, b) != nil {
				return // listen hears why
			}
		}
		if closing {
			_ = s.CloseSend()
			return
		}
		if repeat || received != seen {
			t.Reset(w.cfg.repeat)
			seen, repeat = received, false
		}
		select {
		case <-w.news:
		case <-t.C:
			repeat = true
		case <-ctx.Done():
			return
		}
	}
}
