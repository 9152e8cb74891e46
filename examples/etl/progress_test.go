package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
)

// snapshot is a look at a run that has read and written so much, and rejected
// one record in each of two stages.
func snapshot(elapsed time.Duration, read, written int64) flow.Snapshot {
	one := map[string]int64{demand.ReasonDeadLetter: 1}
	return flow.Snapshot{Elapsed: elapsed, Stages: []demand.StageStats{
		{Name: "read", Out: read - 1, Dropped: one},
		{Name: "parse", In: read - 1, Out: read - 2, Dropped: one},
		{Name: "sqlite", In: written, Out: written},
	}}
}

func TestTallyAddsUp(t *testing.T) {
	if got, want := tally(snapshot(0, 100, 90)), (counts{100, 90, 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestPlainProgressIsALineASecond(t *testing.T) {
	var b bytes.Buffer
	in := &inputs{size: 1000}
	p := newProgress(&job{inputs: in, options: options{repeat: 2}}, &b)
	in.read.Store(500) // of 2,000 bytes
	p.show(snapshot(900*time.Millisecond, 100, 48))
	p.show(snapshot(1000*time.Millisecond, 100, 98))
	p.show(snapshot(1900*time.Millisecond, 100, 98))
	p.show(snapshot(2000*time.Millisecond, 100, 98))
	want := "etl: 100 records, 100/s, 25 %, 3s left\n" + "etl: 100 records, 50/s, 25 %, 6s left\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestProgressWithoutASize(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&job{inputs: &inputs{size: -1}, options: options{repeat: 1}}, &b)
	p.inputs.read.Store(500)
	p.show(snapshot(time.Second, 3000, 2998))
	if want := "etl: 3,000 records, 3,000/s\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestProgressTellsOfAnInterruptOnce(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&job{inputs: &inputs{size: 1000}, options: options{repeat: 1}}, &b)
	s := snapshot(time.Millisecond, 10, 5)
	s.Draining = true
	p.show(s)
	p.show(s)
	if n := strings.Count(b.String(), "interrupted"); n != 1 {
		t.Errorf("told %d times: %q", n, b.String())
	}
}

// On a terminal there is a bar; here it draws into a buffer.
func TestBarShowsShareRateAndTimeLeft(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&job{inputs: &inputs{size: 1000}, options: options{repeat: 1}}, &b)
	p.bar = newBar(&b, p.size)
	p.inputs.read.Store(500)
	p.show(snapshot(time.Second, 100, 98))
	if got := b.String(); !strings.Contains(got, "50% |") || !strings.Contains(got, "records/s) [") {
		t.Errorf("got %q", got)
	}
}
