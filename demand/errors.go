package demand

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrCompleted is what Pull returns when every element has been delivered.
	// It is a promise: whoever gave up returns the cause instead.
	ErrCompleted = errors.New("weir: completed")

	// ErrEnough is the cause of a Cancel by a stage that has all it wants, such
	// as Take. It is not a failure.
	ErrEnough = errors.New("weir: enough was taken")

	// ErrDrained is the cause with which reads end when a run is drained.
	ErrDrained = errors.New("weir: draining")

	// ErrDemand is wrapped by the error of a request for less than one element
	// (Reactive Streams rule 3.9).
	ErrDemand = errors.New("weir: demand must be positive (rule 3.9)")
)

// Reasons with which the library itself drops elements. Any other string may
// be a reason too.
const (
	ReasonNewest     = "drop_newest"
	ReasonOldest     = "drop_oldest"
	ReasonBuffer     = "drop_buffer"
	ReasonShed       = "shed"
	ReasonPriority   = "shed_priority"
	ReasonClosed     = "closed"
	ReasonSlowBranch = "slow_branch"
	ReasonDetached   = "detached_branch"
	ReasonSkipped    = "skipped_error"
	ReasonDeadLetter = "dead_letter"
	ReasonThrottled  = "throttled"
)

// An OverloadError tells a producer that its element was not taken.
type OverloadError struct {
	Reason     string        // why, one of the Reason constants
	Depth      int           // elements held when the element was refused
	Capacity   int           // elements that can be held
	RetryAfter time.Duration // when there is likely to be room again
}

func (e *OverloadError) Error() string {
	return fmt.Sprintf("weir: overloaded (%s): %d of %d held, retry after %s", e.Reason, e.Depth, e.Capacity, e.RetryAfter)
}
