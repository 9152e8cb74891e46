package source

import (
	"context"
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ending is how a source ended, for sources to embed: the error that every
// further Pull returns.
type ending struct {
	err  error
	gone bool // Cancel was called
}

// Cancel implements demand.Upstream. The first cause counts.
func (e *ending) Cancel(cause error) {
	if !e.gone {
		e.gone, e.err = true, cause
	}
}

// foreign keeps errors of user code from being taken for signals of the
// library's own, which are known by identity.
func foreign(err error) error {
	switch err {
	case demand.ErrCompleted, demand.ErrEnough, demand.ErrStopped, demand.ErrDrained:
		return fmt.Errorf("user code returned: %w", err)
	}
	return err
}

// endOfReads is the error of a source whose reads have ended. The runtime makes
// a completion of it where the run is drained.
func endOfReads(rt *stage.Runtime) error {
	return context.Cause(rt.Reads())
}
