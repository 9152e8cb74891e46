// Remote is one pipeline in two processes: a producer that serves readings over
// gRPC, and a consumer that writes them to a file. Each prints what crosses the
// wire: the credit granted, what was sent on it, and what is in flight, that is sent
// and not yet handled.
//
//	go run ./examples/remote -serve 127.0.0.1:7433
//	go run ./examples/remote -connect 127.0.0.1:7433 -out readings.txt
//
// Stop the consumer with SIGSTOP, and the producer stops within its window. Kill
// either of them, start it again, and the file goes on where it was.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	weirgrpc "github.com/weir-go/weir/connect/grpc"
)

// service is the name of the flow.
const service = "weather.Readings"

// keepAlive is after how long a peer that is silent is taken for lost, and again as
// long for its answer.
const keepAlive = 20 * time.Second

func main() {
	var o options
	flag.StringVar(&o.serve, "serve", "", "serve readings at this address")
	flag.StringVar(&o.connect, "connect", "", "consume the readings that are served at this address")
	flag.Int64Var(&o.last, "n", 100_000, "with -serve: the number of readings")
	flag.StringVar(&o.out, "out", "", "with -connect: write readings to this file, and go on behind those that it has")
	flag.IntVar(&o.ahead, "ahead", 256, "with -connect: the credit to keep with the producer, in readings")
	flag.DurationVar(&o.pause, "pause", 0, "with -connect: how long to work on each reading")
	flag.DurationVar(&o.every, "every", 200*time.Millisecond, "how often to print what crosses the wire")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

type options struct {
	serve, connect string
	last           int64
	out            string
	ahead          int
	pause, every   time.Duration
}

func run(ctx context.Context, o options, w io.Writer) error {
	switch {
	case o.serve != "" && o.connect == "":
		return produce(ctx, o, w)
	case o.connect != "" && o.serve == "":
		return consume(ctx, o, w)
	}
	return fmt.Errorf("give either -serve or -connect")
}

// watch prints what m counts now and then, until the function that it returns is
// called.
func watch(w io.Writer, who string, m *weirgrpc.Meter, every time.Duration) (stop func()) {
	show := func() {
		c := m.Read()
		fmt.Fprintf(w, "%s: granted %d, sent %d, in flight %d\n", who, c.Granted, c.Elements, c.Elements-c.Done)
	}
	end := make(chan struct{})
	var shown sync.WaitGroup
	shown.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				show()
			case <-end:
				show()
				return
			}
		}
	})
	return func() { close(end); shown.Wait() }
}
