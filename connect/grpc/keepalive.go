package weirgrpc

import (
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

// KeepAlive makes the client ask a server that is silent for a sign of life every
// d, 10 s at least, and take the connection for lost when none comes for as long.
// The server must allow it, as with KeepAliveServer: by default gRPC servers cut
// off a client that asks more often than every five minutes.
func KeepAlive(d time.Duration) grpc.DialOption {
	return grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: d, Timeout: d})
}

// KeepAliveServer does the same from the other end, where d can be 1 s or more, and
// lets clients do it every d/2.
func KeepAliveServer(d time.Duration) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: d, Timeout: d}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: d / 2}),
	}
}
