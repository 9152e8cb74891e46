package sink

import (
	"bytes"
	"encoding/csv"
	"reflect"

	"github.com/weir-go/weir/stage"
)

// CSV writes each element, a struct, as a row; the first row is the header, also
// where there are no elements. An exported field goes into the column that its
// tag names, `csv:"name"`, or else into one called like the field, in the order
// of the struct; `csv:"-"` leaves it out; embedded structs count as if their
// fields stood in T. The same struct reads the file back with source.CSV.
//
// Fields are strings, numbers, booleans, anything with MarshalText, time.Time
// (RFC 3339, or as the tag `layout:"2006-01-02 15:04"` says), and pointers to
// these; a nil pointer is an empty cell. Lines end in LF.
//
// Rows are collected in a buffer of 64 KiB, and count as handled when it is
// flushed. A T that can't be written is a mistake that Start reports. An element
// whose MarshalText fails is an error of the run, and so is one of opening,
// writing, flushing or closing.
//
// backpressures when the output takes its time · completes when upstream does,
// after a flush · fails when upstream does, when MarshalText of an element
// does, and at an error of opening, writing, flushing or closing · handled when
// flushed · holds a buffer of 64 KiB
func CSV[T any](open Opener, opts ...stage.Option) stage.Sink[T] {
	plan, err := planCSV(reflect.TypeFor[T]())
	return outputSink(format[T]{kind: "CSV", err: err, header: plan.header(), encoder: func(b *bytes.Buffer) func(T) error {
		return rows[T](plan, b)
	}}, open, opts)
}

// rows returns a function that appends a row. Cells are found once, in a struct
// that always stands in the same place.
func rows[T any](plan csvPlan, b *bytes.Buffer) func(T) error {
	var at T
	cells := plan.bind(reflect.ValueOf(&at).Elem())
	fields := make([]string, len(cells))
	w := csv.NewWriter(b)
	return func(v T) (err error) {
		at = v
		for i, cell := range cells {
			if fields[i], err = cell(); err != nil {
				return plan.place(i, err)
			}
		}
		return writeRow(w, b, fields)
	}
}

func writeRow(w *csv.Writer, b *bytes.Buffer, fields []string) error {
	if len(fields) == 1 && fields[0] == "" {
		b.WriteString("\"\"\n") // an empty line would be no row
		return nil
	}
	if err := w.Write(fields); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}
