package operators

import (
	"errors"
	"sync/atomic"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Feedback is a cycle: elements go through body, and again is asked about each
// that comes out. Where it reports true, what it returns goes through body once
// more; else the element leaves the cycle downstream. It is for retries of a
// changed input, for pages that name the next one, for crawling and refining.
//
// A cycle of links can fill up until each part waits for the next one. This one
// can't: what goes back waits in a place of its own, for capacity elements, and
// nobody waits for room there. Three rules make that enough. Elements that came
// back go before new ones. New ones are taken only while fewer than capacity are
// in the cycle. And what comes back into a full place is not waited for: overflow
// says what becomes of it, as with Buffer; demand.Block is no choice here. If
// body makes at most one element of each and holds none back, the place never
// fills. It can where body makes many of one, such as the links of a page: then
// use demand.Fail to find out, or a strategy that drops.
//
// An element that goes back keeps its lineage, which is held until all that came
// of it has left; what is dropped counts as handled. Upstream's end, and its
// error, come behind all that is in the cycle. Elements that body holds back for
// later ones, as a Batch does, get it to see the end of the stream then; if some
// of them go back, body is opened anew, without its old state.
//
// The cycle is fused if body is. body may have workers, keep time, and have links.
// Where it has links it runs on goroutines of its own, behind one more link. What
// comes out of body in order is given to again, and leaves, in that order.
//
//	in                              -1--5--3--|
//	Feedback(double, below 10)      -16-10-12-|
//
// Elsewhere: Pekko MergePreferred, Reactor expand.
//
// emits when body does and again reports false · backpressures when downstream
// does, or capacity elements are in the cycle · completes when upstream has and
// nothing is in the cycle, or when body completes by itself · fails when upstream
// does, behind what is in the cycle, when body does, and when too many come back,
// with Fail · cancels when downstream does · order is that of body for each round
// · starts 1 goroutine if body has links, beside those of body · holds at most
// capacity elements that wait
func Feedback[In, Out any](body stage.Stage[In, Out], again func(Out) (In, bool), capacity int, overflow demand.Overflow, opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("Feedback", stage.TakesName, opts).Func(body == nil, "body").Func(again == nil, "function")
	m = m.Positive(capacity, "capacity").Require(overflow.Valid(), "unknown overflow strategy %d", uint8(overflow))
	m = m.Require(overflow != demand.Block, "overflow strategy Block would make the cycle wait for itself: choose one that drops, or Fail")
	if body != nil {
		b := body.Meta()
		if b.Err != nil {
			m = m.Require(false, "%w", engine.Located(b.Title(), b.Err))
		}
		parts := b.Parts
		if parts == nil {
			parts = []stage.Meta{b}
		}
		m.Parts = append(append(m.Parts, parts...), m)
		m.Link, m.Patient, m.Blocking = b.Link, b.Patient || b.Link, b.Blocking && !b.Link
	}
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		f := &feedback[In, Out]{rt: rt, again: again, body: body, asleep: demand.Waiting{Link: rt.Name() + "/exit"}}
		f.parts = stage.NewLoop(rt, f.look)
		f.entry = newIntake[In](rt, up, m, capacity, overflow)
		f.round = stage.OpenLoop(f.parts, body, rt.Name(), f.entry)
		if m.Link { // who opens it takes it for the link itself, which counts into its neighbours
			return engine.Meter(rt.Cell(), f, false)
		}
		return f
	})
}

// feedback is the exit of the cycle, where each element goes one of two ways.
type feedback[In, Out any] struct {
	rt     *stage.Runtime
	again  func(Out) (In, bool)
	body   stage.Stage[In, Out]
	parts  *stage.Loop
	entry  *intake[In]
	round  demand.Upstream[Out] // body, as it was opened last
	out    demand.Chunk[Out]    // of body
	result error                // what body made of upstream's end the first time
	err    error
	here   atomic.Pointer[demand.Island]
	asleep demand.Waiting
}

func (f *feedback[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	for f.err == nil {
		if err := f.next(dst); err != nil {
			f.ended(dst, err)
			continue
		}
		if f.out.Len() == 0 {
			return nil
		}
		if err := f.part(dst); err != nil {
			f.end(err)
		}
		if dst.Len() > 0 {
			return nil // an error comes again
		}
		if f.err == nil {
			if yes, err := demand.Impatient(dst); yes {
				return err
			}
		}
	}
	return f.err
}

// next fills f.out.
func (f *feedback[In, Out]) next(dst *demand.Chunk[Out]) error {
	p := dst.Patience()
	defer dst.SetPatience(p)
	// Work that is under way below is none in the cycle.
	dst.SetPatience(p.WithPending(false))
	if !f.entry.linked {
		f.entry.below = p.Pending()
		return demand.Refill(f.round, &f.out, dst)
	}
	if dst.Island() == nil {
		dst.SetIsland(demand.NewIsland())
	}
	f.here.Store(dst.Island())
	var err error
	dst.SetPatience(demand.NoWait)
	came := dst.Island().Wait(func() bool {
		// Looked at before the pull: if they rest and have left nothing, they do
		// until they are given something.
		rest := f.entry.rests.Load() && f.parts.Rests()
		if err = demand.Refill(f.round, &f.out, dst); err == nil && f.out.Len() == 0 && rest {
			f.entry.goOn()
		}
		return err != nil || f.out.Len() > 0
	}, p, &f.asleep)
	if !came && dst.Island().Stopped() {
		return demand.ErrStopped
	}
	return err
}

// look makes the exit look whether the cycle rests.
func (f *feedback[In, Out]) look() {
	if isl := f.here.Load(); isl != nil {
		isl.Wake()
	}
}

// part sends elements one way or the other, while those that leave fit.
func (f *feedback[In, Out]) part(dst *demand.Chunk[Out]) error {
	hurry := dst.HurryFlag()
	for f.out.Len() > 0 && demand.Leaves(f.entry.loop, dst, &f.out) {
		if back, ok := f.again(f.out.Items()[0]); !ok {
			demand.Leave(f.entry.loop, dst, &f.out)
		} else {
			reason, dropped, err := demand.GoBack(f.entry.loop, &f.out, back)
			if err != nil {
				return err
			}
			f.rt.Dropped(reason, dropped)
		}
		if hurry.Load() {
			return nil
		}
	}
	return nil
}

// ended decides what comes after body has: another round for those that wait, or
// the end.
func (f *feedback[In, Out]) ended(dst *demand.Chunk[Out], err error) {
	told := f.entry.told.Load()
	if told == nil || stopped(dst) || err != demand.ErrCompleted && !errors.Is(err, *told) {
		f.end(err) // body has ended by itself
		return
	}
	if f.result == nil {
		f.result = err
	}
	if f.entry.loop.Waiting() == 0 {
		f.end(f.result)
		return
	}
	f.round.Cancel(demand.ErrEnough)
	f.out.End(nil)
	f.entry = f.entry.anew()
	f.round = stage.OpenLoop(f.parts, f.body, f.rt.Name(), f.entry)
}

func (f *feedback[In, Out]) end(err error) {
	f.err = err
	if err == demand.ErrCompleted {
		err = demand.ErrEnough
	}
	f.leave(err)
}

// leave lets go of what is in the cycle, and of what is above it.
func (f *feedback[In, Out]) leave(cause error) {
	f.rt.Discarded(f.out.Abandon(cause))
	f.rt.Discarded(f.entry.loop.Close(cause))
	f.round.Cancel(cause)
	f.entry.loop.Wake()
}

func (f *feedback[In, Out]) Cancel(cause error) {
	if f.err == nil {
		f.err = cause
		f.leave(cause)
	}
}
