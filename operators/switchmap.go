package operators

import (
	"errors"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// SwitchMap opens the source that fn returns for the latest element, and emits
// what it gives; when another element comes, that source is given up. One source is
// open at a time: it is told to end as by a drain, and the next is opened when it
// has let go. So one whose read heeds neither its context nor a drain holds up the
// next, for which only the latest element waits.
//
// Each element whose source was given up, or never opened as another had come, is
// dropped, counted with ReasonSuperseded, and counts as handled. What its source
// gave and was not emitted yet is counted as discarded. An error that a source
// ends with after it was given up is counted as failed, and nothing more; a panic
// fails the stage.
//
// An element counts as having come when the stage reads it, and it reads only
// while downstream asks, all that is there. The source runs on a goroutine of its
// own, behind a link of stage.Capacity elements (256). What ConcatMap says of
// sources, of lineage and of a drain holds here too.
//
//	in             -a-------b-----|
//	source of a     --1--2--3--|
//	source of b             --x--y--|
//	SwitchMap      ---1--2----x--y--|
//
// Elsewhere: Reactor switchMap, RxJava switchMap.
//
// emits when the source of the latest element does · backpressures when downstream
// does · completes when upstream does and the last source has · fails when
// upstream does, at once, when a source can't be opened or closed, and when the
// latest one does, behind its elements · cancels when downstream does, and the
// source · starts 1 goroutine · holds the capacity, and one element
func SwitchMap[In, Out any](fn func(In) stage.Source[Out], opts ...stage.Option) stage.Stage[In, Out] {
	return newSingle("SwitchMap", fn, opts, (*single[In, Out]).supersede)
}

// supersede gives up the source that is open for the last element of the input.
func (s *single[In, Out]) supersede() {
	gone := s.next.Len() + s.in.Len() - 1
	s.next.Advance(s.next.Len())
	s.next.Reset(1)
	s.in.Advance(s.in.Len() - 1)
	demand.Move(&s.next, &s.in)
	if s.lane.inner != nil && !s.left {
		s.left = true
		s.lane.of.Advance(1)
		s.lane.inner.Drain()
		gone++
	}
	s.rt.Dropped(ReasonSuperseded, gone)
}

// single is the inside of SwitchMap and ExhaustMap: one source at a time.
type single[In, Out any] struct {
	lanes[In, Out]
	come func(*single[In, Out]) // decides about the elements of in that have come
	lane *lane[In, Out]
	next demand.Chunk[In]  // the element whose source is opened next
	left bool              // the source that is open was given up
	rest demand.Chunk[Out] // what it had given
}

func newSingle[In, Out any](kind string, fn func(In) stage.Source[Out], opts []stage.Option, come func(*single[In, Out])) stage.Stage[In, Out] {
	m := stage.Configure(kind, stage.TakesCapacity|stage.TakesWindow, opts).Func(fn == nil, "function")
	m.Patient = true
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		return &single[In, Out]{lanes: newLanes(rt, up, fn), come: come, lane: &lane[In, Out]{}}
	})
}

func (s *single[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	if s.err != nil {
		return s.err
	}
	if err := s.all.Close(); err != nil {
		return s.end(err)
	}
	isl := dst.Island()
	for !isl.Stopped() {
		if err := s.step(dst); err != nil {
			return s.end(err)
		}
		if dst.Len() > 0 {
			return nil
		}
		switch {
		case s.lane.inner != nil:
			on := &s.links
			if s.over == nil {
				on = &s.above
			}
			if !isl.Wait(func() bool { return s.lane.run.Ready() || s.read(dst, maxRead, demand.NoWait) }, dst.Patience(), on) && !isl.Stopped() {
				return nil
			}
		case s.over != nil:
			return s.end(s.over)
		case !s.read(dst, maxRead, demand.Forever) && !isl.Stopped():
			return nil
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
	return demand.ErrStopped
}

// step looks at what has come from above, then at what the source has given, and
// opens the next one if none is open.
func (s *single[In, Out]) step(dst *demand.Chunk[Out]) (err error) {
	if s.read(dst, maxRead, demand.NoWait) && s.over == nil {
		s.come(s)
	}
	switch {
	case s.over != nil && s.over != demand.ErrCompleted:
		return s.over
	case s.lane.inner == nil:
	case s.left:
		err = s.sweep(dst.Island())
	default:
		err = s.take(s.lane, dst)
	}
	if err != nil || s.lane.inner != nil || s.next.Len() == 0 {
		return err
	}
	if s.rt.Draining() {
		giveUp(s.rt, &s.next, 1, demand.ErrDrained)
		return nil
	}
	if s.lane.run == nil {
		s.lane = s.lanes.lane()
	}
	return s.begin(s.lane, &s.next, dst.Island())
}

// sweep clears away what a source has left that was given up, and looks whether it
// has let go.
func (s *single[In, Out]) sweep(isl *demand.Island) error {
	for s.lane.run.Ready() {
		s.rest.Reset(maxRead)
		s.rest.SetIsland(isl)
		ended, err := s.lane.run.Take(&s.rest)
		s.rt.Discarded(s.rest.Abandon(demand.ErrEnough))
		if !ended {
			if err != nil {
				return err
			}
			continue
		}
		inner := s.lane.inner
		s.lane.inner, s.left = nil, false
		var panicked *stage.PanicError
		switch {
		case errors.As(err, &panicked):
			inner.Leave()
			return err
		case err != demand.ErrCompleted:
			s.rt.Failed(1)
		}
		return inner.Close()
	}
	return nil
}

func (s *single[In, Out]) Cancel(cause error) {
	giveUp(s.rt, &s.next, s.next.Len(), cause)
	s.lanes.Cancel(cause)
}
