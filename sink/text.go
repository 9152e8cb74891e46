package sink

import (
	"bytes"
	"io"

	"github.com/weir-go/weir/stage"
)

// Text is what can be written as it is.
type Text interface{ ~string | ~[]byte }

// Writer writes the elements to w as they are, one behind the other. They are
// collected in a buffer of 64 KiB, and count as handled when it is flushed. w
// stays open and may serve many runs.
//
// backpressures when w takes its time · completes when upstream does, after a
// flush · fails when upstream does, and at an error of w · handled when flushed
// · holds a buffer of 64 KiB
func Writer[T Text](w io.Writer, opts ...stage.Option) stage.Sink[T] {
	return outputSink(text[T]("Writer", ""), Output(w), opts)
}

// Lines writes each element and a line feed. What an element holds is written as
// it is, line feeds too. For the rest see JSONLines.
//
// Elsewhere: Pekko FileIO.toPath.
//
// backpressures when the output takes its time · completes when upstream does,
// after a flush · fails when upstream does, and at an error of opening,
// writing, flushing or closing · handled when flushed · holds a buffer of 64
// KiB
func Lines[T Text](open Opener, opts ...stage.Option) stage.Sink[T] {
	return outputSink(text[T]("Lines", "\n"), open, opts)
}

func text[T Text](kind, end string) format[T] {
	return format[T]{kind: kind, encoder: func(b *bytes.Buffer) func(T) error {
		return func(v T) error {
			b.Write(append(append(b.AvailableBuffer(), v...), end...))
			return nil
		}
	}}
}
