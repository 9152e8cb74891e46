package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// ConcatMap opens the source that fn returns for each element, and emits what
// they give, one source after the other: the next is opened when the one before
// has completed. Sources are pulled from on the goroutine of the stage, with the
// demand of downstream.
//
// A source runs in the same run as the rest, and counts into this stage. It is
// closed when it has ended and what it gave is settled. An element counts as
// handled when its source has completed and all that came of it is; a source that
// keeps account of its own gets it, as does upstream. One with record numbers
// keeps them, others pass on that of the element.
//
// When the run is drained, the source that is open ends, and no other is opened:
// elements whose source was cut short or not opened are given up, counted as
// discarded, so that a source above which keeps account delivers them again. For
// elements that are in memory already there are FlatMap and FlatMapSeq.
//
//	in               -a---------b------|
//	source of a       --1-2-|
//	source of b                 -3-4-|
//	ConcatMap        ---1-2------3-4---|
//
// Elsewhere: Pekko flatMapConcat, Reactor concatMap, RxJava concatMap.
//
// emits when the source that is open does · backpressures when downstream does ·
// completes when upstream does and the last source has · fails when upstream
// does, behind the sources of all elements, when a source can't be opened or
// closed, and when one does, behind its elements · cancels when downstream does,
// and the source that is open · holds one element
func ConcatMap[In, Out any](fn func(In) stage.Source[Out], opts ...stage.Option) stage.Stage[In, Out] {
	m := stage.Configure("ConcatMap", stage.TakesName, opts).Func(fn == nil, "function")
	m.Blocking = true // as a source may be
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[In]) demand.Upstream[Out] {
		return &concatMap[In, Out]{up: up, rt: rt, fn: fn, all: stage.NewInners(rt)}
	})
}

type concatMap[In, Out any] struct {
	up    demand.Upstream[In]
	rt    *stage.Runtime
	fn    func(In) stage.Source[Out]
	all   *stage.Inners
	in    demand.Chunk[In] // the element whose source is open
	inner *stage.Inner[Out]
	cause error // of a cancel
}

func (c *concatMap[In, Out]) Pull(dst *demand.Chunk[Out]) error {
	if c.cause != nil {
		return c.cause
	}
	if err := c.all.Close(); err != nil {
		return c.fail(err)
	}
	for {
		if c.inner == nil {
			if opened, err := c.open(dst); !opened {
				return err
			}
		}
		err := c.inner.Pull(dst)
		if err == nil {
			if dst.Len() > 0 {
				stage.Descend(c.inner, dst, &c.in)
			}
			return nil
		}
		if err == demand.ErrStopped {
			return err
		}
		if err = c.end(err); err != nil {
			return c.fail(err)
		}
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
}

// open opens the source of the next element. If it reports false there is none.
func (c *concatMap[In, Out]) open(dst *demand.Chunk[Out]) (opened bool, err error) {
	for {
		// One at a time: its source may run for long, and the others are better where
		// they are.
		if err := demand.RefillMax(c.up, &c.in, dst, 1, demand.Forever); err != nil || c.in.Len() == 0 {
			return false, err
		}
		if !c.rt.Draining() {
			break
		}
		giveUp(c.rt, &c.in, 1, demand.ErrDrained)
	}
	if c.inner, err = stage.OpenInner(c.all, c.fn(c.in.Items()[0])); err != nil {
		return false, c.fail(err)
	}
	return true, nil
}

// end ends the source that is open, and with it its element.
func (c *concatMap[In, Out]) end(err error) error {
	inner := c.inner
	c.inner = nil
	if err != demand.ErrCompleted {
		inner.Cancel(err)
		inner.Leave()
		return err
	}
	inner.Cancel(demand.ErrEnough)
	if err := inner.Close(); err != nil {
		return err
	}
	if inner.Cut() {
		giveUp(c.rt, &c.in, 1, demand.ErrDrained)
	} else {
		c.in.Advance(1)
	}
	return nil
}

// fail ends the stage: behind an element that failed nothing is opened.
func (c *concatMap[In, Out]) fail(err error) error {
	c.in.Fail(err)
	return err
}

// giveUp takes the first n elements off c, abandons them and counts them as
// discarded.
func giveUp[T any](rt *stage.Runtime, c *demand.Chunk[T], n int, cause error) {
	if n > 0 {
		c.Lineage().Fork().Abandon(cause)
		c.Advance(n)
		rt.Discarded(n)
	}
}

func (c *concatMap[In, Out]) Cancel(cause error) {
	if c.cause == nil {
		c.cause = cause
	}
	if c.inner != nil {
		c.inner.Cancel(cause)
		c.inner.Leave()
		c.inner = nil
	}
	c.up.Cancel(cause)
}
