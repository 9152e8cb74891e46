package weirgrpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/stage"
)

// Resume says where a stream begins.
type Resume struct {
	// After is the number of the last element that the consumer has handled: the flow
	// begins with the one behind it. It is 0 where the consumer begins with the first.
	After int64
}

// Serve registers f with a gRPC server as the service with that full name, such as
// "weather.Readings". For each stream that a consumer opens f makes a flow, which is
// run with the stream's context: its deadline, metadata and trace context are the
// consumer's. A flow that can't begin behind an element should return an error when
// asked to, best one with a gRPC status.
//
// The flow is asked for as many elements as the consumer has requested, and no more.
// An element counts as handled when the consumer says so; what it did not handle
// until the stream ends is abandoned. The run ends with the stream: when the
// consumer cancels or goes away, the flow is cancelled. Its error is the status of
// the stream: the one that it wraps, or Unknown with its text.
//
// It starts no goroutine besides those of the runs.
func Serve[T any](srv grpc.ServiceRegistrar, name string, f func(ctx context.Context, at Resume) (flow.Flow[T], error), codec Codec[T], opts ...Option) error {
	cfg, err := configure(producer, opts)
	switch {
	case err != nil:
	case srv == nil:
		err = errors.New("the server is nil")
	case name == "" || strings.ContainsAny(name, "/ "):
		err = errors.New("the name must be that of a gRPC service, such as weather.Readings")
	case f == nil:
		err = errors.New("the function is nil")
	case codec == nil:
		err = errors.New("the codec is nil")
	}
	if err != nil {
		return fmt.Errorf("weir: Serve %q: %w", name, err)
	}
	s := &service[T]{name: name, flow: f, codec: codec, cfg: cfg}
	srv.RegisterService(&grpc.ServiceDesc{
		ServiceName: name,
		HandlerType: (*any)(nil),
		Metadata:    "connect/grpc/weir.proto",
		Streams: []grpc.StreamDesc{{
			StreamName:    method,
			ServerStreams: true,
			ClientStreams: true,
			Handler:       func(_ any, stream grpc.ServerStream) error { return s.handle(stream) },
		}},
	}, s)
	return nil
}

// method is the method of a service that is a flow.
const method = "Flow"

type service[T any] struct {
	name  string
	flow  func(context.Context, Resume) (flow.Flow[T], error)
	codec Codec[T]
	cfg   config
}

// handle serves one stream. Its goroutine receives; the run's last one sends.
func (s *service[T]) handle(stream grpc.ServerStream) error {
	ctx, cancel := context.WithCancelCause(incoming(stream.Context()))
	defer cancel(nil)
	after, err := s.open(stream)
	if err != nil {
		return err
	}
	f, err := s.make(ctx, Resume{After: after})
	if err != nil {
		return statusOf(err).Err()
	}
	out := &outlet[T]{stream: stream, codec: s.codec, cfg: s.cfg, after: after, upTo: after, sent: after, done: after,
		news: make(chan struct{}, 1), over: make(chan struct{})}
	m := stage.Configure("gRPC", stage.TakesName, []stage.Option{stage.Name(s.name)})
	p := f.To(stage.NewSink(m, func(*stage.Runtime) stage.Writer[T] { return out }))
	run, err := p.With(s.cfg.run...).Start(ctx)
	if err != nil {
		return statusOf(err).Err()
	}
	refused := out.listen(cancel)
	err = run.Wait()
	switch {
	case refused != nil:
		return refused
	case err == nil || out.hasLeft():
		return nil
	}
	return statusOf(err).Err()
}

// open takes the first frame.
func (s *service[T]) open(stream grpc.ServerStream) (after int64, err error) {
	first, err := receive(stream, maxControl)
	switch {
	case err == io.EOF:
		return 0, status.Error(codes.InvalidArgument, "weir: a stream without an open frame")
	case err != nil:
		return 0, err
	case first.kind != openFrame:
		return 0, status.Errorf(codes.InvalidArgument, "weir: the first frame is %s, want open", first)
	case first.codec != s.codec.Name():
		return 0, status.Errorf(codes.InvalidArgument, "weir: %s has elements as %q, not as %q", s.name, s.codec.Name(), first.codec)
	case first.n < 0:
		return 0, status.Errorf(codes.InvalidArgument, "weir: there is no element %d to begin after", first.n)
	}
	s.cfg.meter.streams.Add(1)
	if first.n > 0 {
		s.cfg.meter.resumed.Add(1)
	}
	return first.n, nil
}

// make calls the user's function. Its panic fails the stream, not the server.
func (s *service[T]) make(ctx context.Context, at Resume) (f flow.Flow[T], err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &stage.PanicError{Stage: s.name, Value: v, Stack: debug.Stack()}
		}
	}()
	return s.flow(ctx, at)
}

// statusOf is what a consumer hears of an error.
func statusOf(err error) *status.Status {
	if s, ok := status.FromError(err); ok {
		return s
	}
	var overload *demand.OverloadError
	var panicked *stage.PanicError
	switch {
	case errors.As(err, &overload):
		return status.New(codes.ResourceExhausted, err.Error())
	case errors.As(err, &panicked):
		return status.New(codes.Internal, err.Error())
	case errors.Is(err, context.DeadlineExceeded):
		return status.New(codes.DeadlineExceeded, err.Error())
	case errors.Is(err, context.Canceled):
		return status.New(codes.Canceled, err.Error())
	}
	return status.New(codes.Unknown, err.Error())
}
