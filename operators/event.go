package operators

import "fmt"

// Event is what happened in a stream, as a value: an element came, or the end.
// The zero value of Kind is EventNext.
type Event[T any] struct {
	Kind  EventKind
	Value T     // of EventNext
	Err   error // of EventFailed
}

// EventKind says what happened.
type EventKind uint8

// The kinds of events.
const (
	EventNext      EventKind = iota // an element came
	EventCompleted                  // the stream completed
	EventFailed                     // the stream failed
)

func (k EventKind) String() string {
	switch k {
	case EventNext:
		return "next"
	case EventCompleted:
		return "completed"
	case EventFailed:
		return "failed"
	}
	return fmt.Sprintf("EventKind(%d)", uint8(k))
}

func (e Event[T]) String() string {
	switch e.Kind {
	case EventNext:
		return fmt.Sprintf("next %v", e.Value)
	case EventFailed:
		return fmt.Sprintf("failed: %v", e.Err)
	}
	return e.Kind.String()
}
