package sink

import (
	"bytes"
	"encoding/json"

	"github.com/weir-go/weir/stage"
)

// JSONLines writes each element as JSON on a line of its own, as encoding/json
// has it, but with <, > and & as they are. Elements are collected in a buffer of
// 64 KiB, and count as handled when it is flushed.
//
// backpressures when the output takes its time · completes when upstream does,
// after a flush · fails when upstream does, when an element can't be encoded,
// and at an error of opening, writing, flushing or closing · handled when
// flushed · holds a buffer of 64 KiB
func JSONLines[T any](open Opener, opts ...stage.Option) stage.Sink[T] {
	return outputSink(format[T]{kind: "JSONLines", encoder: func(b *bytes.Buffer) func(T) error {
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		return func(v T) error { return enc.Encode(v) }
	}}, open, opts)
}
