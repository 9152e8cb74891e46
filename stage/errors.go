package stage

import (
	"fmt"

	"github.com/weir-go/weir/internal/engine"
)

// An Error is an error with its place: the stage in which it happened and,
// where that is known, the record.
type Error struct {
	Stage  string
	Source string // the file, topic or partition of the record, "" where unknown
	Record int64  // from 1, 0 where unknown
	Err    error
}

func (e *Error) Error() string {
	at := ""
	if e.Record > 0 {
		at = fmt.Sprintf("record %d: ", e.Record)
	}
	if e.Source != "" {
		at = e.Source + ": " + at
	}
	return fmt.Sprintf("weir: stage %q: %s%v", e.Stage, at, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// A PanicError is a panic of user code, caught where it happened.
type PanicError struct {
	Stage string
	Value any
	Stack []byte
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("weir: stage %q: panic: %v\n\n%s", e.Stage, e.Value, e.Stack)
}

// Unwrap returns the value of the panic if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func init() {
	engine.Located = func(stage string, err error) error {
		switch err.(type) {
		case *Error, *PanicError:
			return err
		}
		return &Error{Stage: stage, Err: err}
	}
	engine.Panicked = func(stage string, v any, stack []byte) error {
		return &PanicError{Stage: stage, Value: v, Stack: stack}
	}
}
