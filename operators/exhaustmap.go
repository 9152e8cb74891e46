package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ExhaustMap opens the source that fn returns for an element, and emits what it
// gives; elements that come while it runs are dropped, counted with ReasonBusy, and
// count as handled. It is for work that is not to be begun again before it has
// ended, such as a refresh.
//
// An element counts as having come when the stage reads it, and it reads only
// while downstream asks, all that is there. The source runs on a goroutine of its
// own, behind a link of stage.Capacity elements (256). What ConcatMap says of
// sources, of lineage and of a drain holds here too.
//
//	in             -a----b-----c------|
//	source of a     --1--2--|
//	source of c                --x--y-|
//	ExhaustMap     ---1--2-------x--y-|
//
// Elsewhere: RxJS exhaustMap.
//
// emits when the source that runs does · backpressures when downstream does ·
// completes when upstream does and the last source has · fails when upstream does,
// at once, when a source can't be opened or closed, and when one does, behind its
// elements · cancels when downstream does, and the source · starts 1 goroutine ·
// holds the capacity, and one element
func ExhaustMap[In, Out any](fn func(In) stage.Source[Out], opts ...stage.Option) stage.Stage[In, Out] {
	return newSingle("ExhaustMap", fn, opts, (*single[In, Out]).exhaust)
}

// exhaust keeps the first element of the input if no source runs or is about to.
func (s *single[In, Out]) exhaust() {
	if s.lane.inner == nil && s.next.Len() == 0 {
		s.next.Reset(1)
		demand.MoveN(&s.next, &s.in, 1)
	}
	s.rt.Dropped(ReasonBusy, s.in.Len())
	s.in.Advance(s.in.Len())
}
