package main

import (
	"context"
	"fmt"
	"io"
	"net"

	"google.golang.org/grpc"

	weirgrpc "github.com/weir-go/weir/connect/grpc"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

// A Reading is what a sensor has measured.
type Reading struct {
	Number  int     `json:"number"`
	Sensor  string  `json:"sensor"`
	Celsius float64 `json:"celsius"`
}

// read measures: the reading with a number is the same every time.
func read(n int) Reading {
	return Reading{n, fmt.Sprintf("sensor-%d", n%7), float64(n%400)/10 - 10}
}

// readings are those behind a number, up to the last one.
func readings(after, last int64) flow.Flow[Reading] {
	if after >= last {
		return flow.From(source.Slice[Reading](nil))
	}
	return flow.Via(flow.From(source.Range(int(after)+1, int(last)+1)), operators.Map(read))
}

func produce(ctx context.Context, o options, w io.Writer) error {
	meter := new(weirgrpc.Meter)
	srv := grpc.NewServer(append(weirgrpc.KeepAliveServer(keepAlive), grpc.WaitForHandlers(true))...)
	err := weirgrpc.Serve(srv, service, func(_ context.Context, at weirgrpc.Resume) (flow.Flow[Reading], error) {
		fmt.Fprintf(w, "producer: a consumer begins after %d\n", at.After)
		return readings(at.After, o.last), nil
	}, weirgrpc.JSON[Reading](), weirgrpc.Metered(meter))
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", o.serve)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "producer: serving at %s\n", l.Addr())
	defer watch(w, "producer", meter, o.every)()
	defer context.AfterFunc(ctx, srv.Stop)()
	return srv.Serve(l)
}
