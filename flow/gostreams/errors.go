package gostreams

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// ErrLeft is wrapped by the error of a run whose part of go-streams had not ended
// after the grace: its goroutines are left behind.
var ErrLeft = errors.New("gostreams: their part has not ended")

// ErrCancelled is the failure of a part that called Tie.Cancel and logged no
// error.
var ErrCancelled = errors.New("gostreams: their part cancelled its context")

// errNil is the failure of a function that made nothing.
var errNil = errors.New("gostreams: the function returned nil")

// A TypeError is the failure of a stage that got an element of another type than
// its type parameter says.
type TypeError struct {
	Stage string // the name of the stage
	Want  string // the type that was promised
	Got   string // the type of the element
}

func (e *TypeError) Error() string {
	return fmt.Sprintf("gostreams: stage %q wants elements of type %s, got one of type %s", e.Stage, e.Want, e.Got)
}

// as returns v as a T. A nil is the zero value of an interface type, and of no
// other: there it has the type of its pointer, map and so on.
func as[T any](stage string, v any) (t T, err error) {
	t, ok := v.(T)
	if !ok && !(v == nil && any(t) == nil) {
		err = &TypeError{Stage: stage, Want: strings.TrimPrefix(fmt.Sprintf("%T", (*T)(nil)), "*"), Got: fmt.Sprintf("%T", v)}
	}
	return t, err
}

// A LogError is a record that a part of go-streams logged at the level of an error:
// it has no other way to tell. Unwrap returns the error among the record's
// attributes, so that errors.Is and errors.As find it.
type LogError struct {
	Message string
	Attrs   []slog.Attr // without the error
	Err     error       // nil where the record has none
}

func newLogError(r slog.Record) *LogError {
	e := &LogError{Message: r.Message}
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok && e.Err == nil {
			e.Err = err
		} else {
			e.Attrs = append(e.Attrs, a)
		}
		return true
	})
	return e
}

func (e *LogError) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, a := range e.Attrs {
		b.WriteString(" " + a.String())
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *LogError) Unwrap() error { return e.Err }
