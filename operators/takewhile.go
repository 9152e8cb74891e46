package operators

import (
	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// TakeWhile passes elements on as long as more reports true, then completes and
// cancels upstream. The element that ended it, and those read together with
// that, are counted as discarded: they are given up unread, and a source that
// keeps account delivers them again another time. To pass on the element that
// ends it, use TakeUntil, with the opposite test.
//
//	in                -1-2-5-1-|
//	TakeWhile(< 3)    -1-2-|
//
// Elsewhere: Pekko takeWhile, Reactor takeWhile, RxJava takeWhile, ro
// TakeWhile.
//
// emits when upstream does and more reports true · backpressures when
// downstream does · completes when more reports false, or when upstream does ·
// fails when upstream does before · cancels when downstream does, and when more
// has reported false
func TakeWhile[T any](more func(T) bool, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("TakeWhile", stage.TakesName, opts).Func(more == nil, "function")
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &takeWhile[T]{up: up, rt: rt, more: more}
	})
}

// TakeUntil is TakeWhile including the end: it passes elements on up to the
// first one for which last reports true, and that one too. Elements read
// together with it are counted as discarded.
//
//	in               -1-2-5-1-|
//	TakeUntil(> 3)   -1-2-5|
//
// Elsewhere: Pekko takeWhile(inclusive), Reactor takeUntil, RxJava takeUntil.
//
// emits when upstream does · backpressures when downstream does · completes
// after the element for which last reports true, or when upstream does · fails
// when upstream does before · cancels when downstream does, and when it is asked
// again after the last element
func TakeUntil[T any](last func(T) bool, opts ...stage.Option) stage.Stage[T, T] {
	m := stage.Configure("TakeUntil", stage.TakesName, opts).Func(last == nil, "function")
	return stage.Make(m, func(rt *stage.Runtime, up demand.Upstream[T]) demand.Upstream[T] {
		return &takeWhile[T]{up: up, rt: rt, more: func(v T) bool { return !last(v) }, inclusive: true}
	})
}

type takeWhile[T any] struct {
	up        demand.Upstream[T]
	rt        *stage.Runtime
	rest      demand.Chunk[T]
	more      func(T) bool
	inclusive bool
	ended     bool
}

func (t *takeWhile[T]) Pull(dst *demand.Chunk[T]) error {
	if !t.ended {
		if err := demand.PullRest(t.up, &t.rest, dst); err != nil || dst.Len() == 0 {
			return err
		}
		if t.look(dst); dst.Len() > 0 {
			return nil
		}
	}
	t.up.Cancel(demand.ErrEnough)
	return demand.ErrCompleted
}

// look keeps of dst what comes before the end.
func (t *takeWhile[T]) look(dst *demand.Chunk[T]) {
	hurry := dst.HurryFlag()
	for i, v := range dst.Items() {
		if !t.more(v) {
			if t.inclusive {
				i++
			}
			t.ended = true
			t.rt.Discarded(dst.Truncate(i) + t.rest.Abandon(demand.ErrEnough))
			return
		}
		if hurry.Load() {
			demand.Spill(dst, i+1, &t.rest)
			return
		}
	}
}

func (t *takeWhile[T]) Cancel(cause error) { t.up.Cancel(cause) }
