package sink

import (
	"bytes"
	"errors"

	"github.com/weir-go/weir/stage"
)

// Encode writes what encode appends to dst for each element, in a format of your
// own. For the rest it is like JSONLines. An error of encode fails the run, and
// what it appended is not written.
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
