package operators

import (
	"errors"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// failed reports that err is a failure of what is above, which a stage may make
// something else of: neither an end of the stream or of the run, nor a panic.
func failed[T any](rt *stage.Runtime, dst *demand.Chunk[T], err error) bool {
	return err != nil && err != demand.ErrCompleted && err != demand.ErrStopped && !stopped(dst) &&
		rt.Context().Err() == nil && !panicked(err)
}

func panicked(err error) bool {
	var p *stage.PanicError
	return errors.As(err, &p)
}
