package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/weir-go/weir/flow"
)

// A job is one run of the command: what its pipeline reads from and writes to.
type job struct {
	options
	began    time.Time
	inputs   *inputs
	airports airports
	dead     *deadLetters
	store    *store
	summary  *summary
	heap     heap
}

// newJob looks whether the inputs are there, and empties the outputs.
func newJob(ctx context.Context, o options) (j *job, err error) {
	j = &job{options: o, began: time.Now(), summary: newSummary()}
	if j.inputs, err = openInputs(o.in); err != nil {
		return nil, err
	}
	if j.airports, err = loadAirports(ctx, o.airports); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return nil, err
	}
	if j.dead, err = openDeadLetters(filepath.Join(o.out, "dead.jsonl")); err != nil {
		return nil, err
	}
	j.store, err = openStore(ctx, filepath.Join(o.out, "flights.db"))
	return j, err
}

// grace is how long writing may take after Ctrl-C. The links hold some hundred
// records.
func (j *job) grace() time.Duration { return 30*time.Second + 1000*j.slow }

// finish writes the summaries, unless the run has failed, and makes the report.
// After Ctrl-C too: the run was drained, so the summaries hold what was written.
func (j *job) finish(s flow.Snapshot, err error) (*report, error) {
	ctx := context.Background() // that of the run may have ended
	if err == nil {
		err = j.store.save(ctx, j.summary)
	}
	j.heap.look()
	r := newReport(j, s)
	written, cerr := j.store.count(ctx)
	worst, werr := j.store.worst(ctx, worstRoutes, minFlights*int64(j.repeat))
	r.Written, r.worst, r.Seconds = written, worst, time.Since(j.began).Seconds()
	if err == nil && cerr == nil {
		err = r.check()
	}
	return r, errors.Join(err, cerr, werr)
}

// The worst routes are among those with so many flights in the input.
const (
	worstRoutes = 10
	minFlights  = 10
)
