package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Materialize turns a stream into one of events: one for each element, then one
// for its end, after which the stream completes. So an error of upstream is a value
// that can be looked at, counted or sent elsewhere; Dematerialize makes a stream of
// it again. The event of an error holds the error with its place, a *stage.Error.
//
// A panic and the end of the run stay what they are: no event is made of them.
// What failed counts as given up, so a source that keeps account delivers it again
// another time. The event of an end is of no element in particular.
//
//	in            -a---b---#
//	Materialize   -[a]-[b]-[#]|
//
// Elsewhere: Reactor materialize, RxJava materialize, RxJS materialize.
//
// emits when upstream does, and once more at its end · backpressures when
// downstream does · completes after the event of the end · fails when the run is
// stopped, and at a panic · cancels when downstream does, and after an error of
// upstream
func Materialize[T any](opts ...stage.Option) stage.Stage[T, Event[T]] {
	m := stage.Configure("Materialize", stage.TakesName, opts)
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[Event[T]] {
		next := func(v T) Event[T] { return Event[T]{Value: v} }
		return &materialize[T]{each: mapper[T, Event[T]]{up: up, f: next}, rt: rt}
	})
}

type materialize[T any] struct {
	each mapper[T, Event[T]]
	rt   *stage.Runtime
	err  error
}

func (m *materialize[T]) Pull(dst *demand.Chunk[Event[T]]) error {
	if m.err != nil {
		return m.err
	}
	err := m.each.Pull(dst)
	var end Event[T]
	switch {
	case err == nil:
		return nil
	case err == demand.ErrCompleted:
		end.Kind = EventCompleted
	case failed(m.rt, dst, err):
		end.Kind, end.Err = EventFailed, err
		m.each.Cancel(demand.ErrEnough)
	default:
		m.err = err
		return err
	}
	m.err = demand.ErrCompleted
	dst.SetLineage(nil)
	dst.Append(end)
	return nil
}

func (m *materialize[T]) Cancel(cause error) {
	if m.err == nil {
		m.err = cause // not an end to make an event of
	}
	m.each.Cancel(cause)
}
