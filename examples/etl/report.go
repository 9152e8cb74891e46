package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
)

// A report says what became of the records and where the time went. Its exported
// fields are what -report json prints.
type report struct {
	Read     int64            `json:"read"`
	Written  int64            `json:"written"`  // rows in the database
	Rejected map[string]int64 `json:"rejected"` // by reason
	Seconds  float64          `json:"seconds"`
	PeakHeap uint64           `json:"peak_heap_bytes"`
	Stages   []stageReport    `json:"stages"`

	out         string
	interrupted bool
	bottleneck  stageReport
	worst       ranking
	airports    airports
}

// A stageReport says how much of its time a stage was at work, waited for
// elements, and waited for room: parts of 1.
type stageReport struct {
	Name          string  `json:"name"`
	In            int64   `json:"in"`
	Out           int64   `json:"out"`
	Busy          float64 `json:"busy"`
	Idle          float64 `json:"idle"`
	Backpressured float64 `json:"backpressured"`
}

// newReport takes what the run counted: all but what has arrived in the database.
func newReport(j *job, s flow.Snapshot) *report {
	r := &report{
		Read: tally(s).read, Rejected: j.dead.byReason, PeakHeap: j.heap.peak, Stages: []stageReport{},
		out: j.out, interrupted: s.Draining, bottleneck: newStageReport(s.Bottleneck()), airports: j.airports,
	}
	for _, st := range s.Stages {
		if st.Island != "" { // links and the dead letters have no time of their own
			r.Stages = append(r.Stages, newStageReport(st))
		}
	}
	return r
}

func newStageReport(st demand.StageStats) stageReport {
	r := stageReport{Name: st.Name, In: st.In, Out: st.Out}
	if all := (st.Busy + st.Idle + st.Backpressured).Seconds(); all > 0 {
		r.Busy, r.Idle, r.Backpressured = st.Busy.Seconds()/all, st.Idle.Seconds()/all, st.Backpressured.Seconds()/all
	}
	return r
}

// check makes sure that everything read is in the database or was rejected. The
// three are counted in different places: by the source, by the database, and
// where dead letters are written.
func (r *report) check() error {
	if r.lost() != 0 {
		return fmt.Errorf("the counts do not add up: %d read, %d written, %d rejected", r.Read, r.Written, r.rejected())
	}
	return nil
}

// lost is how many records were read, and neither written nor rejected.
func (r *report) lost() int64 { return r.Read - r.Written - r.rejected() }

func (r *report) rejected() (n int64) {
	for _, k := range r.Rejected {
		n += k
	}
	return n
}

func (r *report) print(w io.Writer, format string) error {
	if format == "json" {
		return json.NewEncoder(w).Encode(r)
	}
	_, err := io.WriteString(w, r.text())
	return err
}
