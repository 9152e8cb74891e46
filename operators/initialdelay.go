package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// InitialDelay asks upstream for nothing until d after the first request, and is
// out of the way after that. When the run is drained the wait ends at once, and
// with it the stream, as far as upstream has nothing more.
//
//	in                  abc-|
//	InitialDelay(3ms)   ---abc-|
//
// Elsewhere: Pekko initialDelay.
//
// emits when upstream does, once d is over · backpressures when downstream does,
// and until d is over · completes when upstream does · fails when upstream does ·
// cancels when downstream does
func InitialDelay[T any](d time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("InitialDelay", stage.TakesName, opts).Require(d > 0, "time must be positive, is %s", d)
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &initialDelay[T]{up: up, rt: rt, d: d, pause: newPause(rt)}
	})
}

type initialDelay[T any] struct {
	up    demand.Upstream[T]
	rt    *stage.Runtime
	d     time.Duration
	begin time.Time
	over  bool
	pause pause
}

func (i *initialDelay[T]) Pull(dst *demand.Chunk[T]) error {
	if !i.over {
		if i.begin.IsZero() {
			i.begin = time.Now().Add(i.d)
		}
		if !i.rt.Draining() && time.Now().Before(i.begin) {
			if yes, err := i.pause.unless(i.rt.Draining, i.begin, dst); yes {
				return err
			}
		}
		i.over = true
	}
	return i.up.Pull(dst)
}

func (i *initialDelay[T]) Cancel(cause error) {
	i.over = true
	i.pause.stop()
	i.up.Cancel(cause)
}
