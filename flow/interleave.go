package flow

import (
	"slices"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
	"github.com/weir-go/weir/stage"
)

// Interleave takes n elements of each flow by turns, in the order in which the
// flows are given. It waits for the one whose turn it is; one that completes,
// also within its turn, leaves the others to go on. All inputs are pulled from on
// one goroutine.
//
//	a                    -1-2-----3-4---5-|
//	b                    -----x-y-----|
//	Interleave(2, a, b)  -1-2-x-y-3-4---5-|
//
// Elsewhere: Pekko interleave.
//
// emits when the input whose turn it is does · backpressures when downstream
// does · completes when all inputs have · fails when an input does whose turn it
// is: what others have given already is counted as discarded · cancels when
// downstream does, all inputs · order by turns, always the same · holds what
// downstream has asked for, of each input
func Interleave[T any](n int, flows ...Flow[T]) Flow[T] { return InterleaveWith(n, flows) }

// InterleaveWith is Interleave with options: Name.
func InterleaveWith[T any](n int, flows []Flow[T], opts ...stage.Option) Flow[T] {
	m := stage.Configure("Interleave", stage.TakesName, opts)
	m = m.Positive(n, "number of elements").Positive(len(flows), "number of flows")
	return join(m, isJoin, flows, func(rt *stage.Runtime, ups []demand.Upstream[T]) demand.Upstream[T] {
		i := &interleave[T]{n: n, left: n}
		for _, up := range ups {
			i.open = append(i.open, &side[T, T]{up: up})
		}
		return engine.Meter(rt.Cell(), i, false)
	})
}

type interleave[T any] struct {
	n    int
	open []*side[T, T] // the inputs that have not completed
	turn int           // whose turn it is
	left int           // how many elements it still has in this turn
	err  error
}

func (i *interleave[T]) Pull(dst *demand.Chunk[T]) error {
	if i.err != nil {
		return i.err
	}
	for len(i.open) > 0 {
		s := i.open[i.turn]
		err := s.refill(dst, dst.Free())
		switch {
		case err == nil:
			i.fill(dst)
			return nil
		case err != demand.ErrCompleted:
			return i.fail(err)
		}
		s.up.Cancel(demand.ErrEnough)
		i.open = slices.Delete(i.open, i.turn, i.turn+1)
		i.begin(i.turn)
		if yes, err := demand.Impatient(dst); yes {
			return err
		}
	}
	i.err = demand.ErrCompleted
	return i.err
}

// fill passes on elements until the one whose turn it is has none at hand, or
// the next one is of another lineage.
func (i *interleave[T]) fill(dst *demand.Chunk[T]) {
	for {
		moved := demand.MoveN(dst, &i.open[i.turn].read, i.left)
		if moved == 0 {
			return
		}
		if i.left -= moved; i.left == 0 {
			i.begin(i.turn + 1)
		}
	}
}

// begin gives an input its turn, or the first one behind the last.
func (i *interleave[T]) begin(turn int) {
	if turn >= len(i.open) {
		turn = 0
	}
	i.turn, i.left = turn, i.n
}

// fail ends the stage with the error of an input.
func (i *interleave[T]) fail(err error) error {
	i.err = err
	for _, s := range i.open {
		s.giveUp(err)
	}
	return err
}

func (i *interleave[T]) Cancel(cause error) {
	if i.err == nil {
		i.err = cause
	}
	for _, s := range i.open {
		s.up.Cancel(cause)
	}
}
