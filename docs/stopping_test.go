package docs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
)

func Example_drain() {
	endless := flow.From(source.Range(0, 1<<62))
	last := -1
	run, err := endless.To(sink.ForEach(func(v int) error { last = v; return nil })).Start(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(run.Drain(context.Background()))

	read, _ := run.Snapshot().Stage("range")
	fmt.Println(int(read.Out) == last+1)
	// Output:
	// <nil>
	// true
}

func Example_stop() {
	endless := flow.From(source.Range(0, 1<<62))
	run, err := endless.To(sink.Discard[int]()).Start(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(run.Stop(errors.New("the shop is closed")))
	// Output: the shop is closed
}

func Example_cancel() {
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Millisecond, errors.New("out of time"))
	defer cancel()
	err := flow.From(source.Range(0, 1<<62)).To(sink.Discard[int]()).Run(ctx)
	fmt.Println(err)
	// Output: out of time
}

func Example_drainOn() {
	some := flow.From(source.Range(0, 1<<62)).Take(10)
	p := some.To(sink.Discard[int]()).With(
		flow.DrainOn([]os.Signal{os.Interrupt, syscall.SIGTERM}, 10*time.Second),
	)
	fmt.Println(p.Run(context.Background()))
	// Output: <nil>
}
