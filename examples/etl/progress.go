package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
)

const (
	heapEvery = 10 * time.Millisecond
	showEvery = 100 * time.Millisecond
	lineEvery = time.Second // where there is no terminal
)

// watch waits for the end of a run. Meanwhile it shows how far the run is, and
// looks at the heap.
func watch(r *flow.Running, p *progress, h *heap) error {
	look := time.NewTicker(heapEvery)
	defer look.Stop()
	show := time.NewTicker(showEvery)
	defer show.Stop()
	for {
		select {
		case <-r.Done():
			p.clear()
			return r.Wait()
		case <-look.C:
			h.look()
		case <-show.C:
			p.show(r.Snapshot())
		}
	}
}

// progress says how far a run is: with a bar on a terminal, with a line every
// second elsewhere.
type progress struct {
	w        io.Writer
	bar      *progressbar.ProgressBar // nil: lines
	lines    time.Duration            // up to here the run has been shown
	inputs   *inputs
	size     int64 // bytes to read in all, -1 where unknown
	draining bool
}

func newProgress(j *job, w io.Writer) *progress {
	p := &progress{w: w, inputs: j.inputs, size: -1}
	if j.inputs.size >= 0 {
		p.size = j.inputs.size * int64(j.repeat)
	}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bar = newBar(w, p.size)
	}
	return p
}

func newBar(w io.Writer, size int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("etl"),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("records"),
		progressbar.OptionClearOnFinish(),
	)
}

func (p *progress) show(s flow.Snapshot) {
	if s.Draining && !p.draining {
		p.draining = true
		p.clear()
		fmt.Fprintln(p.w, "etl: interrupted; writing what was read (once more: giving up)")
	}
	n := tally(s)
	total := p.total(n.read, s.Draining)
	switch {
	case p.bar != nil:
		if total >= 0 {
			p.bar.ChangeMax64(max(total, n.handled()+1)) // the end is for the run to tell
		}
		_ = p.bar.Set64(n.handled()) // what can't be drawn stops nothing
	case s.Elapsed-p.lines >= lineEvery:
		p.lines = s.Elapsed
		p.line(n.handled(), total, s.Elapsed)
	}
}

// total estimates how many records there are, by the bytes that the records so
// far have taken; -1 where that is not known.
func (p *progress) total(read int64, draining bool) int64 {
	bytes := p.inputs.read.Load()
	switch {
	case draining:
		return read
	case p.size < 0 || bytes == 0:
		return -1
	}
	return int64(float64(read) * max(1, float64(p.size)/float64(bytes)))
}

// line says what the bar shows.
func (p *progress) line(n, total int64, elapsed time.Duration) {
	rate := float64(n) / elapsed.Seconds()
	fmt.Fprintf(p.w, "etl: %s records, %s/s", humanize.Comma(n), humanize.Comma(int64(rate)))
	if total > 0 && n > 0 {
		left := time.Duration(float64(total-n) / rate * float64(time.Second))
		fmt.Fprintf(p.w, ", %d %%, %s left", 100*n/total, left.Round(time.Second))
	}
	fmt.Fprintln(p.w)
}

func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// counts say what has become of records.
type counts struct{ read, written, rejected int64 }

func (c counts) handled() int64 { return c.written + c.rejected }

// tally adds up a snapshot: what a stage rejects was read, and is not passed on.
func tally(s flow.Snapshot) (c counts) {
	for _, st := range s.Stages {
		rejected := st.Dropped[demand.ReasonDeadLetter]
		c.rejected += rejected
		switch st.Name {
		case "read":
			c.read += st.Out + rejected
		case "sqlite":
			c.written += st.Out
		}
	}
	return c
}
