package weirgrpc

import (
	"context"
	"maps"
	"slices"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/metadata"
)

// w3c is how the trace context crosses: headers traceparent, tracestate and
// baggage.
var w3c = propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})

type carrier metadata.MD

func (c carrier) Set(key, value string) { metadata.MD(c).Set(key, value) }
func (c carrier) Keys() []string        { return slices.Collect(maps.Keys(c)) }

func (c carrier) Get(key string) string {
	if v := metadata.MD(c).Get(key); len(v) > 0 {
		return v[0]
	}
	return ""
}

// outgoing adds more metadata and the trace context to what goes out with ctx.
func outgoing(ctx context.Context, more metadata.MD) context.Context {
	md, _ := metadata.FromOutgoingContext(ctx)
	md = metadata.Join(md, more)
	w3c.Inject(ctx, carrier(md))
	return metadata.NewOutgoingContext(ctx, md)
}

// incoming returns ctx with the trace context that came in, unless an interceptor
// has begun a span there.
func incoming(ctx context.Context) context.Context {
	md, ok := metadata.FromIncomingContext(ctx)
	if !ok || trace.SpanContextFromContext(ctx).IsValid() {
		return ctx
	}
	return w3c.Extract(ctx, carrier(md))
}
