package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// unknownAirport is a reason of our own, beside those of package source.
const unknownAirport source.Reason = "unknown_airport"

// A rejection is the error of our stages for a record that is no good.
type rejection struct {
	reason source.Reason
	detail string
}

func (r *rejection) Error() string { return fmt.Sprintf("%s: %s", r.reason, r.detail) }

// A deadLetter is a line of dead.jsonl.
type deadLetter struct {
	File   string        `json:"file"`
	Record int64         `json:"record"`
	Reason source.Reason `json:"reason"`
	Detail string        `json:"detail"`
}

// deadLetters are the file that rejected records go to. They are counted on the
// way.
type deadLetters struct {
	path     string
	byReason map[string]int64
}

// openDeadLetters makes an empty file, for a run that rejects nothing does not
// touch it.
func openDeadLetters(path string) (*deadLetters, error) {
	return &deadLetters{path, map[string]int64{}}, os.WriteFile(path, nil, 0o644)
}

// sink takes letters one at a time, from whatever stage, so counting needs no
// lock.
func (d *deadLetters) sink() stage.Sink[stage.Letter] {
	lines := sink.JSONLines[deadLetter](sink.File(d.path), stage.Name("dead.jsonl"))
	return sink.Adapt(func(l stage.Letter) deadLetter {
		line := newDeadLetter(l)
		d.byReason[string(line.Reason)]++
		return line
	}, lines)
}

// newDeadLetter says where a record stood and why it was rejected: by the source
// that could not read it, or by one of our stages.
func newDeadLetter(l stage.Letter) deadLetter {
	line := deadLetter{File: l.Source, Record: l.Record, Reason: source.BadField, Detail: l.Err.Error()}
	if e, ok := errors.AsType[*source.RecordError](l.Err); ok {
		line.Reason, line.Detail = e.Reason, e.Detail
	}
	if e, ok := errors.AsType[*rejection](l.Err); ok {
		line.Reason, line.Detail = e.reason, e.detail
	}
	return line
}
