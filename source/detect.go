package source

import (
	"fmt"
	"io"

	"github.com/weir-go/weir/internal/records"
	"github.com/weir-go/weir/stage"
)

// Records is JSONArray, JSONLines or CSV, by what the input holds: its first
// character that is not white space is '[' for the first, '{' for the second, and
// anything else for the third. An input without any is empty. The input may be
// packed with gzip.
//
// emits when a record is complete · completes at the end of the input, or on
// drain · fails when the one that it is does, and when the input can't be read
func Records[T any](open Opener, opts ...stage.Option) stage.Source[T] {
	return RecordsWith[T](open, RecordOptions{}, opts...)
}

// RecordsWith is Records with options.
func RecordsWith[T any](open Opener, o RecordOptions, opts ...stage.Option) stage.Source[T] {
	return recordSource(format[T]{kind: "Records", begin: detect[T]}, open, o, opts)
}

func detect[T any](r io.Reader, o records.Options) (records.Reader[T], error) {
	format, in, err := records.Sniff(r)
	if err != nil {
		return nil, err
	}
	switch format {
	case records.FormatJSONArray:
		return records.JSONArray[T](in, o), nil
	case records.FormatJSONLines:
		return records.JSONLines[T](in, o), nil
	case records.FormatCSV:
		return records.CSV[T](in, o), nil
	case records.FormatEmpty:
		return nothing[T]{}, nil
	}
	return nil, fmt.Errorf("no reader for format %q", format)
}

// nothing is the reader of an empty input.
type nothing[T any] struct{}

func (nothing[T]) Next() (v T, record int64, err error) { return v, 0, io.EOF }
