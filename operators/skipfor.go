package operators

import (
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// SkipFor leaves out the elements that it reads within d after its first request,
// and passes on the others. What it leaves out counts as handled.
//
//	in             -a-b-c-d-|
//	SkipFor(4ms)   -----c-d-|
//
// Elsewhere: RxJava skip with a time, Reactor skip with a time, Pekko dropWithin.
//
// emits when upstream does, once d is over · backpressures when downstream does ·
// completes when upstream does · fails when upstream does · cancels when
// downstream does
func SkipFor[T any](d time.Duration, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("SkipFor", stage.TakesName, opts).Require(d > 0, "time must be positive, is %s", d)
	return stage.Make(m, func(_ *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &skipFor[T]{up: up, d: d}
	})
}

type skipFor[T any] struct {
	up      demand.Upstream[T]
	d       time.Duration
	end     time.Time
	passing bool
}

func (s *skipFor[T]) Pull(dst *demand.Chunk[T]) error {
	if s.passing {
		return s.up.Pull(dst)
	}
	if s.end.IsZero() {
		s.end = time.Now().Add(s.d)
	}
	for {
		if err := s.up.Pull(dst); err != nil || dst.Len() == 0 {
			return err
		}
		if s.passing = !time.Now().Before(s.end); s.passing {
			return nil
		}
		demand.Keep(dst, func(T) bool { return false })
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

func (s *skipFor[T]) Cancel(cause error) { s.up.Cancel(cause) }
