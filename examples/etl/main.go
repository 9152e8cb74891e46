// Command etl reads flights from JSON or CSV files, joins them with airports,
// and writes them and summaries of their delays to a SQLite database. Records
// that are no good go to a file of dead letters, and a report says where
// everything went and where the time was spent.
//
//	go run ./examples/etl            # 20,000 real flights, and some damaged ones
//	go run ./examples/etl -slow 1ms  # a slow sink: see the source follow it
//	go run ./examples/etl -repeat 50 # a million flights, in the same memory
//	go run ./examples/etl -help
//
// It exits with 0 when everything was handled, which includes rejected records;
// with 1 after a failure; with 130 after Ctrl-C, when what had been read is
// written.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/stage"
)

// pipeline is what becomes of flights:
//
//	read → parse → join → fan-out ─┬─ sqlite
//	                               └─ summarise
//
// What read, parse or join refuses goes to the dead letters.
func (j *job) pipeline() flow.Pipeline {
	reject := stage.OnError(stage.DeadLetter(j.dead.sink()))

	records := flow.From(inTurn(j.inputs.open, j.repeat, stage.Name("read"), reject))
	flights := flow.Via(records, operators.MapErr(parse, stage.Name("parse"), reject))
	trips := flow.Via(flights, operators.MapErr(j.airports.join, stage.Name("join"), reject))
	trips = trips.AlsoTo(sink.ForEach(j.summary.add, stage.Name("summarise")), stage.Name("fan-out"))
	if j.slow > 0 {
		trips = trips.Via(operators.MapContext(delay[trip](j.slow), stage.Name("slow")))
	}
	return trips.To(j.store.flights(stage.Name("sqlite")))
}

// delay returns a function that takes d over each element.
func delay[T any](d time.Duration) func(context.Context, T) (T, error) {
	return func(ctx context.Context, v T) (T, error) {
		select {
		case <-time.After(d):
			return v, nil
		case <-ctx.Done():
			return v, context.Cause(ctx)
		}
	}
}

// etl does the job and reports what became of it, also where it failed on the
// way; where it could not begin there is no report.
func etl(ctx context.Context, o options, stderr io.Writer) (r *report, err error) {
	j, err := newJob(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.store.close()) }()
	fmt.Fprintf(stderr, "etl: writing to %s\n", j.out)

	run, err := j.pipeline().With(
		flow.Named("etl"),
		flow.DrainOn([]os.Signal{os.Interrupt, syscall.SIGTERM}, j.grace()),
	).Start(ctx)
	if err != nil {
		return nil, err
	}
	err = watch(run, newProgress(j, stderr), &j.heap)
	return j.finish(run.Snapshot(), err)
}

// run is main with everything that it touches given to it. It returns the exit
// code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	var r *report
	if err == nil {
		r, err = etl(ctx, o, stderr)
	}
	if r != nil {
		err = errors.Join(err, r.print(stdout, o.report))
	}
	if err != nil {
		fmt.Fprintf(stderr, "etl: %v\n", err)
	}
	return exitCode(err, r != nil && r.interrupted)
}

func exitCode(err error, interrupted bool) int {
	switch {
	case interrupted && (err == nil || errors.Is(err, flow.ErrGrace)):
		return 130
	case err != nil:
		return 1
	}
	return 0
}

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}
