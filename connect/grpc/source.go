package weirgrpc

import (
	"google.golang.org/grpc"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Source is the flow that is served as name at the other end of conn. Each run opens
// a stream of its own, at its first pull, with the context of the run: its deadline,
// outgoing metadata and trace context go along.
//
// It requests what is pulled for, element by element, and holds at most that; see
// Ahead for how to keep more on the way. A fused flow from which one element is
// requested requests one.
//
// Elements have a lineage. The producer is told up to which element all are handled,
// in order, and never past one that failed or was given up. At the end of the run it
// is told a last time, and the source waits for its answer: an error there, such as
// that of a commit, is an error of the run.
//
// A drain cancels the producer and delivers what was received. An element that can't
// be decoded goes by stage.OnError, see Staged. Errors of the producer and of the
// connection keep their gRPC status, which status.FromError finds; Reconnect
// goes on after those of the connection.
//
// emits when an element has come · backpressures by requesting nothing · completes
// when the producer's flow does, and on drain · fails when that does, when the
// connection is lost, and when the producer gives more than was requested · cancels
// the producer's flow when downstream cancels · starts two goroutines, which end with
// the run · holds as many elements as are pulled for, or Ahead
func Source[T any](conn grpc.ClientConnInterface, name string, codec Codec[T], opts ...Option) stage.Source[T] {
	cfg, err := configure(consumer, opts)
	m := stage.Configure("gRPC", stage.TakesOnError, cfg.stage)
	m = m.Func(conn == nil, "connection").Func(codec == nil, "codec")
	m = m.Require(name != "", "the name of the service is missing").Require(err == nil, "%w", err)
	m.DrainsItself = true
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		return newInlet(rt, newWire(conn, name, codec.Name(), cfg), codec, name)
	})
}
