package sink

import (
	"bytes"
	"errors"

	"github.com/weir-go/weir/stage"
)

// Encode writes what encode appends to dst for each element, in a format of your
// own. Elements are collected in a buffer of 64 KiB. An error of encode fails the
// run, and what it appended is not written.
//
// backpressures when the output takes its time · completes when upstream does,
// after a flush · fails when upstream does, at an error of encode, and at one of
// opening, writing, flushing or closing · handled when flushed · holds a buffer
// of 64 KiB
func Encode[T any](open Opener, encode func(dst []byte, v T) ([]byte, error), opts ...stage.Option) stage.Sink[T] {
	f := format[T]{kind: "Encode", encoder: func(b *bytes.Buffer) func(T) error {
		return func(v T) error {
			out, err := encode(b.AvailableBuffer(), v)
			b.Write(out)
			return err
		}
	}}
	if encode == nil {
		f.err = errNoEncode
	}
	return outputSink(f, open, opts)
}

var errNoEncode = errors.New("function must not be nil")
