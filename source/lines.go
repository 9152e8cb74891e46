package source

import (
	"io"

	"github.com/weir-go/weir/internal/records"
	"github.com/weir-go/weir/stage"
)

// Lines emits the lines of an input without their line ends, LF or CRLF. The
// input may be packed with gzip, which is seen by its first bytes. The only bad
// line is one that is TooLong; what happens then is up to stage.OnError, and
// without it the stream fails behind the lines before.
//
// One record is held, whatever the size of the input. Where the bytes are there
// already, as in a file, it emits as many lines as are asked for; where they
// come from somebody, as in a pipe or a socket, each as it comes.
//
// emits when a line is complete · completes at the end of the input, or on drain
// · fails when the input can't be opened, read or closed, or a line is bad, by
// policy
func Lines(open Opener, opts ...stage.Option) stage.Source[string] {
	return LinesWith(open, RecordOptions{}, opts...)
}

// LinesWith is Lines with options.
func LinesWith(open Opener, o RecordOptions, opts ...stage.Option) stage.Source[string] {
	return recordSource(format[string]{kind: "Lines", begin: func(r io.Reader, o records.Options) (records.Reader[string], error) {
		return records.Lines(r, o), nil
	}}, open, o, opts)
}
