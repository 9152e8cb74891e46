package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
)

// text is the report for people.
func (r *report) text() string {
	var b strings.Builder
	r.records(&b)
	fmt.Fprintf(&b, "\ntime       %.2f s, %s records/s\n", r.Seconds, humanize.Comma(int64(float64(r.Read)/r.Seconds)))
	fmt.Fprintf(&b, "peak heap  %s\n", humanize.IBytes(r.PeakHeap))
	r.stages(&b)
	r.routes(&b)
	return b.String()
}

func (r *report) records(b *strings.Builder) {
	line := func(name string, n int64, where string) {
		fmt.Fprintf(b, "%-18s %12s%s\n", name, humanize.Comma(n), where)
	}
	line("read", r.Read, "")
	line("written", r.Written, "  "+filepath.Join(r.out, "flights.db"))
	line("rejected", r.rejected(), "  "+filepath.Join(r.out, "dead.jsonl"))
	for _, reason := range slices.Sorted(maps.Keys(r.Rejected)) {
		line("  "+reason, r.Rejected[reason], "")
	}
	if n := r.lost(); n != 0 {
		line("given up", n, "  read, and neither written nor rejected: the run ended early")
		return
	}
	fmt.Fprintf(b, "\nread = written + rejected: %s = %s + %s\n", humanize.Comma(r.Read), humanize.Comma(r.Written), humanize.Comma(r.rejected()))
}

func (r *report) stages(b *strings.Builder) {
	fmt.Fprintf(b, "\n%-12s %12s %12s %7s %7s %14s\n", "stage", "in", "out", "busy", "idle", "backpressured")
	percent := func(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }
	for _, s := range r.Stages {
		fmt.Fprintf(b, "%-12s %12s %12s %7s %7s %14s\n", s.Name, humanize.Comma(s.In), humanize.Comma(s.Out),
			percent(s.Busy), percent(s.Idle), percent(s.Backpressured))
	}
	if r.bottleneck.Name != "" {
		fmt.Fprintf(b, "\nThe bottleneck is %s, at work %s of the time.\n", r.bottleneck.Name, percent(r.bottleneck.Busy))
	}
}

func (r *report) routes(b *strings.Builder) {
	if len(r.worst.routes) == 0 {
		return
	}
	fmt.Fprintf(b, "\nThe worst routes by mean delay in minutes, among those with at least %s flights\n", humanize.Comma(r.worst.flights))
	fmt.Fprintf(b, "%-12s %12s %8s %8s  %s\n", "route", "flights", "mean", "p95", "from, to")
	for _, w := range r.worst.routes {
		fmt.Fprintf(b, "%-12s %12s %8.1f %8d  %s, %s\n", w.origin+" → "+w.destination, humanize.Comma(w.flights), w.mean, w.p95,
			r.city(w.origin), r.city(w.destination))
	}
}

func (r *report) city(code string) string {
	if a := r.airports[code]; a != nil {
		return a.City
	}
	return code
}
