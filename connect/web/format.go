package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Format is how elements are written to a response.
type Format[T any] struct {
	contentType string
	encode      func(dst []byte, v T) ([]byte, error)
	// What is written behind the elements of a stream that completed, and of one
	// that failed. A stream that failed without such an end is cut.
	completed, failed string
}

// JSONLines writes each element as JSON on a line of its own
// (application/x-ndjson). A stream that fails is cut, so that the client sees
// that it is not complete.
func JSONLines[T any]() Format[T] {
	return Format[T]{contentType: "application/x-ndjson", encode: func(dst []byte, v T) ([]byte, error) {
		b := bytes.NewBuffer(dst)
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		err := enc.Encode(v)
		return b.Bytes(), err
	}}
}

// An Event is one of Server-Sent Events, as
// https://html.spec.whatwg.org/multipage/server-sent-events.html has it.
type Event struct {
	ID    string        // what a client that comes back sends as Last-Event-ID; "" for none
	Name  string        // "" is what a browser calls "message"
	Data  string        // of any number of lines
	Retry time.Duration // after how long a client comes back, by milliseconds; 0 says nothing
}

// Events writes what event makes of each element as Server-Sent Events
// (text/event-stream). An error of event fails the stream, and so does an ID or
// a name that has a line break or a NUL in it. A browser comes back whenever a
// stream ends; so one that completes ends with an event called "end", and one
// that fails with one called "failed", without the reason, for the page to act
// on.
func Events[T any](event func(T) (Event, error)) Format[T] {
	f := Format[T]{contentType: "text/event-stream", completed: "event: end\ndata:\n\n", failed: "event: failed\ndata:\n\n"}
	if event != nil {
		f.encode = func(dst []byte, v T) ([]byte, error) {
			e, err := event(v)
			if err != nil {
				return dst, err
			}
			return e.append(dst)
		}
	}
	return f
}

// JSONEvents is Events with each element as JSON in the data.
func JSONEvents[T any]() Format[T] {
	return Events(func(v T) (Event, error) {
		data, err := json.Marshal(v)
		return Event{Data: string(data)}, err
	})
}

func (e Event) append(dst []byte) ([]byte, error) {
	for _, f := range []struct{ name, value string }{{"id", e.ID}, {"event", e.Name}} {
		if strings.ContainsAny(f.value, "\r\n\x00") {
			return dst, fmt.Errorf("web: %s %q of an event has a line break or a NUL", f.name, f.value)
		}
		if f.value != "" {
			dst = append(append(append(append(dst, f.name...), ": "...), f.value...), '\n')
		}
	}
	if ms := e.Retry.Milliseconds(); ms > 0 {
		dst = append(strconv.AppendInt(append(dst, "retry: "...), ms, 10), '\n')
	}
	for _, line := range strings.Split(lineBreaks.Replace(e.Data), "\n") {
		dst = append(append(append(dst, "data: "...), line...), '\n')
	}
	return append(dst, '\n'), nil
}

// lineBreaks makes the three that a client knows into one.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")
