package source

import (
	"io"

	"github.com/weir-go/weir/internal/records"
	"github.com/weir-go/weir/stage"
)

// CSV emits the rows of an input as structs. The first row is the header; it is
// no record. A field of T is read from the column that its tag names,
// `csv:"name"`, or else from the one called like the field, in any case; columns
// that no field asks for are ignored. A column may be missing only if its tag
// says `csv:"name,optional"`; `csv:"-"` leaves a field out; embedded structs
// count as if their fields stood in T.
//
// Fields are strings, integers, floats, booleans, anything with UnmarshalText,
// time.Time (RFC 3339, or as the tag `layout:"2006-01-02 15:04"` says), and
// pointers to these, which stay nil where the cell is empty. An empty cell is bad
// for numbers, booleans and times, unless the field is optional.
//
// Rows are as in RFC 4180; the separator is a matter of CSVWith. A row with the
// wrong number of fields, or a value that does not fit, is a bad record, and
// reading goes on with the next; what happens with it is up to stage.OnError, and
// without it the stream fails behind the records before. A T that rows can't be
// read into is a mistake that Start reports. For the rest see Lines.
//
// emits when a row is complete · completes at the end of the input, or on drain ·
// fails when the input can't be opened, read or closed, has no header that fits,
// or a record is bad, by policy
func CSV[T any](open Opener, opts ...stage.Option) stage.Source[T] {
	return CSVWith[T](open, RecordOptions{}, opts...)
}

// CSVWith is CSV with options.
func CSVWith[T any](open Opener, o RecordOptions, opts ...stage.Option) stage.Source[T] {
	return recordSource(format[T]{kind: "CSV", err: records.CheckCSV[T](), begin: func(r io.Reader, o records.Options) (records.Reader[T], error) {
		return records.CSV[T](r, o), nil
	}}, open, o, opts)
}
