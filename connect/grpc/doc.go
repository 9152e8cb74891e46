// Package weirgrpc carries a flow from one process to another over gRPC, demand
// included.
//
// Serve registers a flow with a gRPC server; Source is the same flow as the source
// of a pipeline in another process. Each run of that pipeline opens one stream, for
// which the producer runs the flow. What the consumer's stages pull for is the
// credit of the producer, element by element: it never sends more, and its own
// source is asked for no more.
//
//	err := weirgrpc.Serve(srv, "weather.Readings", func(ctx context.Context, at weirgrpc.Resume) (flow.Flow[Reading], error) {
//		return flow.From(readings(at.After)), nil
//	}, weirgrpc.JSON[Reading]())
//
//	f := flow.From(weirgrpc.Source(conn, "weather.Readings", weirgrpc.JSON[Reading]()))
//
// Elements are numbered from 1. Elements of a remote source have a lineage: when
// they are handled here, the producer is told up to which number that is so, and
// only then do they count as handled there. With Reconnect, a stream that was cut
// goes on behind the last element handled; what came twice is dropped by its number.
//
// Frames are protobuf messages, see weir.proto, so that other languages can take
// part. Who may call, and over what, is the business of the gRPC server and the
// connection: TLS, credentials and interceptors work as for any other service.
package weirgrpc
