package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"

	weirgrpc "github.com/weir-go/weir/connect/grpc"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
)

// dialOften lets gRPC try again soon: by itself it waits up to two minutes after a
// connection could not be made, and streams fail meanwhile.
var dialOften = grpc.WithConnectParams(grpc.ConnectParams{
	Backoff:           backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 5 * time.Second},
	MinConnectTimeout: 5 * time.Second,
})

func consume(ctx context.Context, o options, w io.Writer) error {
	store, after, err := openStore(o.out)
	if err != nil {
		return err
	}
	defer store.Close()
	conn, err := grpc.NewClient("passthrough:///"+o.connect, weirgrpc.KeepAlive(keepAlive), dialOften,
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	meter := new(weirgrpc.Meter)
	fmt.Fprintf(w, "consumer: begins after %d\n", after)
	defer watch(w, "consumer", meter, o.every)()
	src := weirgrpc.Source(conn, service, weirgrpc.JSON[Reading](),
		weirgrpc.After(after), weirgrpc.Ahead(o.ahead), weirgrpc.Metered(meter),
		weirgrpc.Reconnect(weirgrpc.Retries{First: 50 * time.Millisecond, Most: 5 * time.Second}))
	return flow.From(src).To(sink.ForEach(func(r Reading) error {
		time.Sleep(o.pause)
		_, err := fmt.Fprintf(store, "%d %s %.1f\n", r.Number, r.Sensor, r.Celsius)
		return err
	})).Run(ctx)
}

// openStore opens the file of the readings handled so far, one a line, and says how
// many they are. A line that was cut off by a crash is taken away.
func openStore(name string) (f *os.File, lines int64, err error) {
	if name == "" {
		name = os.DevNull
	}
	if f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644); err != nil || name == os.DevNull {
		return f, 0, err
	}
	end := int64(0)
	for r := bufio.NewReader(f); ; lines++ {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, 0, err
		}
		end += int64(len(line))
	}
	if err := f.Truncate(end); err != nil {
		return nil, 0, err
	}
	_, err = f.Seek(end, io.SeekStart)
	return f, lines, err
}
