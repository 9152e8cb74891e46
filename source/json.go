package source

import (
	"io"

	"github.com/weir-go/weir/internal/records"
	"github.com/weir-go/weir/stage"
)

// JSONLines emits the JSON values of an input, one a line, decoded into T. Blank
// lines are passed over and not counted. A bad line costs that line; what happens
// then is up to stage.OnError, and without it the stream fails behind the records
// before. For the rest see Lines.
//
// emits when a line is complete · completes at the end of the input, or on drain
// · fails when the input can't be opened, read or closed, or a record is bad, by
// policy
func JSONLines[T any](open Opener, opts ...stage.Option) stage.Source[T] {
	return JSONLinesWith[T](open, RecordOptions{}, opts...)
}

// JSONLinesWith is JSONLines with options.
func JSONLinesWith[T any](open Opener, o RecordOptions, opts ...stage.Option) stage.Source[T] {
	return recordSource(format[T]{kind: "JSONLines", begin: func(r io.Reader, o records.Options) (records.Reader[T], error) {
		return records.JSONLines[T](r, o), nil
	}}, open, o, opts)
}

// JSONArray emits the elements of the one JSON array that an input holds, decoded
// into T, each as soon as it is complete; the array is never held as a whole. An
// element that is bad, or broken off, is one bad record, and reading goes on with
// the next; what happens with it is up to stage.OnError, and without it the
// stream fails behind the records before. An input that is not an array fails
// the stream. For the rest see Lines.
//
// emits when an element is complete · completes at the end of the input, or on
// drain · fails when the input can't be opened, read or closed, is no array, or a
// record is bad, by policy
func JSONArray[T any](open Opener, opts ...stage.Option) stage.Source[T] {
	return JSONArrayWith[T](open, RecordOptions{}, opts...)
}

// JSONArrayWith is JSONArray with options.
func JSONArrayWith[T any](open Opener, o RecordOptions, opts ...stage.Option) stage.Source[T] {
	return recordSource(format[T]{kind: "JSONArray", begin: func(r io.Reader, o records.Options) (records.Reader[T], error) {
		return records.JSONArray[T](r, o), nil
	}}, open, o, opts)
}
