package operators

import (
	"errors"
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Dematerialize makes a stream of events what it tells of: elements, and an end.
// It is the opposite of Materialize. At EventCompleted it completes, and at
// EventFailed it fails with the error of the event; where no such event comes, it
// ends as upstream does. What was read together with the event of an end and
// stands behind it is counted as discarded, as is the event of a failure: it is
// given up unread, and a source that keeps account delivers it again. An event of
// a kind that there is not, or a failure without an error, is an error.
//
//	in              -[a]-[b]-[#]-
//	Dematerialize   -a---b---#
//
// Elsewhere: Reactor dematerialize, RxJava dematerialize, RxJS dematerialize.
//
// emits when an element's event comes · backpressures when downstream does ·
// completes when upstream does, and at the event of completion · fails when upstream
// does, and at the event of a failure · cancels when downstream does, and when it
// is asked again after the event of completion
func Dematerialize[T any](opts ...stage.Option) stage.Stage[Event[T], T] {
	m := stage.Configure("Dematerialize", stage.TakesName, opts)
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[Event[T]]) demand.Upstream[T] {
		return &dematerialize[T]{up: up, rt: rt}
	})
}

type dematerialize[T any] struct {
	up    demand.Upstream[Event[T]]
	rt    *stage.Runtime
	in    demand.Chunk[Event[T]]
	ended bool
}

func (d *dematerialize[T]) Pull(dst *demand.Chunk[T]) error {
	if !d.ended {
		if err := demand.Refill(d.up, &d.in, dst); err != nil || d.in.Len() == 0 {
			return err
		}
		_, err := demand.TransformInto(dst, &d.in, openEvent[T])
		switch {
		case err == demand.ErrCompleted:
			d.ended = true
			d.in.Advance(1)
			d.rt.Discarded(d.in.Abandon(demand.ErrEnough))
		case err != nil:
			d.in.Fail(err)
		}
		if dst.Len() > 0 {
			return nil
		}
		if !d.ended {
			return err
		}
	}
	d.up.Cancel(demand.ErrEnough)
	return demand.ErrCompleted
}

// openEvent returns the element of an event, or the end that it stands for.
func openEvent[T any](_ int, e Event[T]) (v T, ok bool, err error) {
	switch e.Kind {
	case EventNext:
		return e.Value, true, nil
	case EventCompleted:
		return v, false, demand.ErrCompleted
	case EventFailed:
		switch e.Err {
		case nil:
			return v, false, errors.New("the event of a failure has no error")
		case demand.ErrCompleted, demand.ErrStopped:
			// Where they stand bare, they are promises of the library's own.
			return v, false, fmt.Errorf("event: %w", e.Err)
		}
		return v, false, e.Err
	}
	return v, false, fmt.Errorf("there is no event of kind %d", uint8(e.Kind))
}

func (d *dematerialize[T]) Cancel(cause error) { d.up.Cancel(cause) }
