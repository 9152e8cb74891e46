package stagetest

import (
	"errors"
	"slices"
	"time"

	"github.com/weir-go/weir/demand"
)

// The kit is tested with stages that are wrong, each in one way: the rule that
// it breaks must be found.

type (
	up    = demand.Upstream[int]
	chunk = *demand.Chunk[int]
)

// wrong is an int stage made of its Pull.
type wrong struct {
	up
	in     demand.Chunk[int]
	pull   func(w *wrong, dst chunk) error
	cancel func(w *wrong, cause error)
	last   []int
	n      int
	ended  error
}

func (w *wrong) Pull(dst chunk) error { return w.pull(w, dst) }

func (w *wrong) Cancel(cause error) {
	if w.cancel != nil {
		w.cancel(w, cause)
		return
	}
	w.up.Cancel(cause)
}

// honest passes everything on.
func (w *wrong) honest(dst chunk) error {
	if err := demand.Refill(w.up, &w.in, dst); err != nil {
		return err
	}
	demand.Move(dst, &w.in)
	return nil
}

var wrongs = []struct {
	name   string
	rule   string
	pull   func(w *wrong, dst chunk) error
	cancel func(w *wrong, cause error)
}{
	{name: "gives more than was asked for", rule: ruleAsked, pull: func(w *wrong, dst chunk) error {
		room := dst.Free()
		big := demand.NewChunk[int](room + 1)
		big.SetIsland(dst.Island())
		if err := w.up.Pull(big); err != nil {
			return err
		}
		*dst = *big
		return nil
	}},
	{name: "keeps the limit that it set", rule: ruleAsked, pull: func(w *wrong, dst chunk) error {
		dst.Limit(1)
		return w.honest(dst)
	}},
	{name: "asks with a chunk that is not empty", rule: ruleAsked, pull: func(w *wrong, dst chunk) error {
		if err := w.up.Pull(dst); err != nil || dst.Free() == 0 || dst.Len() == 0 {
			return err
		}
		_ = w.up.Pull(dst)
		return nil
	}},
	{name: "asks with a chunk without room", rule: ruleAsked, pull: func(w *wrong, dst chunk) error {
		if w.n++; w.n%3 == 0 {
			var none demand.Chunk[int]
			none.SetPatience(demand.NoWait)
			_ = w.up.Pull(&none)
		}
		return w.honest(dst)
	}},
	{name: "gives elements and an error at once", rule: ruleAnswer, pull: func(w *wrong, dst chunk) error {
		if w.ended != nil {
			return w.ended
		}
		if err := w.up.Pull(dst); err != nil || dst.Len() == 0 {
			return err
		}
		if w.n += dst.Len(); w.n >= len(samples) {
			w.ended = demand.ErrCompleted
		}
		return w.ended
	}},
	{name: "forgets its error", rule: ruleAnswer, pull: func(w *wrong, dst chunk) error {
		if w.ended != nil {
			w.ended = nil
			return nil
		}
		w.ended = w.up.Pull(dst)
		return w.ended
	}},
	{name: "lets the error overtake elements", rule: ruleAnswer, pull: func(w *wrong, dst chunk) error {
		for w.ended == nil && w.in.Len() < 2 {
			one := demand.NewChunk[int](1)
			one.SetIsland(dst.Island())
			if w.ended = w.up.Pull(one); w.ended == nil {
				grown := demand.NewChunk[int](w.in.Len() + 1)
				demand.Move(grown, &w.in)
				grown.Append(one.Items()[0])
				one.Advance(1)
				w.in = *grown
			}
		}
		if w.ended != nil && w.ended != demand.ErrCompleted {
			return w.ended
		}
		if w.in.Len() == 0 {
			return w.ended
		}
		demand.Move(dst, &w.in)
		return nil
	}},
	{name: "gives another error", rule: ruleAnswer, pull: func(w *wrong, dst chunk) error {
		if err := w.honest(dst); err != nil && err != demand.ErrCompleted {
			return errors.New("something went wrong")
		} else if err != nil {
			return err
		}
		return nil
	}},
	{name: "answers nothing to who waits for ever", rule: ruleNothing, pull: func(w *wrong, dst chunk) error {
		if w.n++; w.n%2 == 0 {
			return nil
		}
		return w.honest(dst)
	}},
	{name: "gives up too early", rule: ruleNothing, pull: func(w *wrong, dst chunk) error {
		if _, timed := dst.Patience().Deadline(); timed {
			dst.SetPatience(demand.NoWait)
		}
		return w.honest(dst)
	}},
	{name: "waits although it should not", rule: rulePatience, pull: func(w *wrong, dst chunk) error {
		dst.SetPatience(demand.Forever)
		return w.honest(dst)
	}},
	{name: "sleeps by itself", rule: rulePatience, pull: func(w *wrong, dst chunk) error {
		time.Sleep(time.Millisecond)
		return w.honest(dst)
	}},
	{name: "loses what it holds when patience runs out", rule: rulePatience, pull: func(w *wrong, dst chunk) error {
		// Passes on pairs, and forgets half a pair when nothing comes.
		for w.in.Len() < 2 {
			one := demand.NewChunk[int](1)
			one.SetIsland(dst.Island())
			one.SetPatience(dst.Patience())
			err := w.up.Pull(one)
			if err == nil && one.Len() == 0 {
				w.in.Advance(w.in.Len())
				return nil
			}
			if err != nil {
				if w.in.Len() == 0 {
					return err
				}
				break
			}
			grown := demand.NewChunk[int](w.in.Len() + 1)
			grown.SetLineage(w.in.Lineage().Fork())
			grown.SetLineage(one.Lineage().Fork())
			for _, v := range slices.Concat(w.in.Items(), one.Items()) {
				grown.Append(v)
			}
			w.in.Advance(w.in.Len())
			one.Advance(1)
			w.in = *grown
		}
		demand.Move(dst, &w.in)
		return nil
	}},
	{name: "completes although upstream failed", rule: ruleCompleted, pull: func(w *wrong, dst chunk) error {
		if err := w.honest(dst); err != nil {
			return demand.ErrCompleted
		}
		return nil
	}},
	{name: "completes without a cancel of upstream", rule: ruleCompleted, pull: func(w *wrong, dst chunk) error {
		if w.n >= 4 {
			return demand.ErrCompleted
		}
		was := dst.Limit(4 - w.n)
		err := w.up.Pull(dst)
		dst.Unlimit(was)
		w.n += dst.Len()
		return err
	}},
	{name: "gives up the rest at the end", rule: ruleCompleted, pull: func(w *wrong, dst chunk) error {
		err := demand.Refill(w.up, &w.in, dst)
		if err != nil || w.in.Len() == 0 {
			return err
		}
		w.in.Truncate(1)
		demand.Move(dst, &w.in)
		return nil
	}},
	{name: "keeps an alias of dst", rule: ruleAlias, pull: func(w *wrong, dst chunk) error {
		last := 0
		if len(w.last) > 0 {
			last = w.last[len(w.last)-1]
		}
		if err := w.up.Pull(dst); err != nil {
			return err
		}
		for i, v := range dst.Items() {
			dst.Items()[i], last = v+last, v+last
		}
		w.last = dst.Items()
		return nil
	}},
	{name: "keeps a cancel to itself", rule: ruleCancel, pull: (*wrong).honest, cancel: func(*wrong, error) {}},
	{name: "goes on after a cancel", rule: ruleCancel, pull: func(w *wrong, dst chunk) error {
		if w.ended != nil {
			dst.Append(1)
			return nil
		}
		return w.honest(dst)
	}, cancel: func(w *wrong, cause error) { w.ended = cause; w.up.Cancel(cause) }},
	{name: "takes a second cause", rule: ruleCancel, pull: func(w *wrong, dst chunk) error {
		if w.ended != nil {
			return w.ended
		}
		return w.honest(dst)
	}, cancel: func(w *wrong, cause error) { w.ended = cause; w.up.Cancel(cause) }},
	{name: "drops what does not fit", rule: ruleWindow, pull: func(w *wrong, dst chunk) error {
		two := demand.NewChunk[int](2)
		two.SetIsland(dst.Island())
		two.SetPatience(dst.Patience())
		if err := w.up.Pull(two); err != nil {
			return err
		}
		demand.Move(dst, two)
		two.Advance(two.Len())
		return nil
	}},
	{name: "forgets a reference", rule: ruleSettles, pull: func(w *wrong, dst chunk) error {
		err := w.honest(dst)
		dst.Lineage().Fork()
		return err
	}},
	{name: "holds elements in a place of its own", rule: ruleSettles, pull: func(w *wrong, dst chunk) error {
		// The runtime does not know of its chunk, so nobody releases it on a cancel.
		if w.in.Len() == 0 {
			w.in = *demand.NewChunk[int](4)
			w.in.SetPatience(dst.Patience())
			w.in.SetIsland(dst.Island())
			if err := w.up.Pull(&w.in); err != nil {
				return err
			}
		}
		demand.MoveN(dst, &w.in, 1)
		return nil
	}},
	{name: "copies elements without their lineage", rule: ruleEarly, pull: func(w *wrong, dst chunk) error {
		if err := demand.Refill(w.up, &w.in, dst); err != nil {
			return err
		}
		for _, v := range w.in.Items() {
			dst.Append(v)
		}
		w.in.Advance(w.in.Len())
		return nil
	}},
	{name: "puts elements of two reads under one of them", rule: ruleEarly, pull: func(w *wrong, dst chunk) error {
		for dst.Free() > 0 {
			if err := demand.RefillMax(w.up, &w.in, dst, 1, demand.NoWait); err != nil || w.in.Len() == 0 {
				if dst.Len() > 0 {
					return nil
				}
				if err == nil && !dst.Patience().IsNoWait() {
					return w.honest(dst)
				}
				return err
			}
			if dst.Len() == 0 {
				dst.SetLineage(w.in.Lineage().Fork())
			}
			dst.Append(w.in.Items()[0])
			w.in.Advance(1)
		}
		return nil
	}},
	{name: "mixes up record numbers", rule: ruleEarly, pull: func(w *wrong, dst chunk) error {
		if err := demand.Refill(w.up, &w.in, dst); err != nil || w.in.Len() == 0 {
			return err
		}
		for i := range w.in.Items() {
			demand.Adopt(dst, &w.in)
			dst.AppendRecord(w.in.Items()[i], w.in.Record(w.in.Len()-1-i))
		}
		w.in.Advance(w.in.Len())
		return nil
	}},
	{name: "panics behind the end", rule: ruleNoPanic, pull: func(w *wrong, dst chunk) error {
		if w.ended != nil {
			panic("pulled after the end")
		}
		w.ended = w.up.Pull(dst)
		return w.ended
	}},
	{name: "releases too often", rule: ruleNoPanic, pull: func(w *wrong, dst chunk) error {
		err := w.honest(dst)
		dst.Lineage().Release()
		return err
	}},
	{name: "never ends", rule: ruleEnds, pull: func(w *wrong, dst chunk) error {
		if w.n++; w.n > 3 {
			dst.Island().Wait(func() bool { return false }, demand.Forever, &demand.Waiting{Outside: true})
			return demand.ErrStopped
		}
		return w.honest(dst)
	}},
	{name: "turns in circles", rule: ruleEnds, pull: func(w *wrong, dst chunk) error {
		for {
			dst.SetPatience(demand.NoWait)
			if err := w.up.Pull(dst); err != nil && err != demand.ErrCompleted || dst.Len() > 0 {
				return err
			}
		}
	}},
}
