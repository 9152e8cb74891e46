package flow

import (
	"context"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// hubWriter is the producer's end of a hub with many consumers.
type hubWriter[T any] struct {
	members *members[T]
	rt      *stage.Runtime
	give    func(w *hubWriter[T], all []*member[T], in *demand.Chunk[T]) error
	answers bool            // a member that leaves with elements makes their source deliver them again
	one     demand.Chunk[T] // an element on its way to one of many
}

func (w *hubWriter[T]) Write(in *demand.Chunk[T]) error {
	for n := in.Len(); in.Len() > 0; {
		all, err := w.wait(in)
		if err != nil {
			return over(err)
		}
		if err := w.give(w, all, in); err != nil {
			return err
		}
		// A member that has left has taken nothing: then another is asked first.
		if in.Hurry() && in.Len() < n {
			break
		}
	}
	return nil
}

// offer puts a copy of the front element of in into the buffer of m. It reports
// false if m has ended meanwhile, by itself or as its policy says.
func (w *hubWriter[T]) offer(m *member[T], in *demand.Chunk[T]) (taken bool, err error) {
	w.one.Reset(1)
	w.one.SetIsland(in.Island())
	w.one.AppendRecord(in.Items()[0], in.Record(0))
	var took *bool // where a lineage asks
	if whole := in.Lineage(); whole != nil {
		// A member that ends before it has taken the element has no say in what becomes
		// of it. The reference held here keeps the child from settling before that is known.
		took = new(bool)
		child := whole.Fork().Child(func() {
			if *took && w.answers {
				whole.Fork().Abandon(demand.ErrEnough)
			}
		})
		defer child.Release()
		w.one.SetLineage(child.Fork())
	}
	if err = offer(w.rt, m.buf, &w.one); err == nil {
		if took != nil {
			*took = true
		}
		return true, nil
	}
	w.one.Abandon(err)
	if cause := context.Cause(w.rt.Context()); cause != nil {
		return false, cause
	}
	w.members.leave(m)
	return false, nil
}

// wait returns who is there, at least one.
func (w *hubWriter[T]) wait(in *demand.Chunk[T]) ([]*member[T], error) {
	for {
		all, joined, ended := w.members.present()
		if ended != nil || len(all) > 0 {
			return all, ended
		}
		done := stage.WaitsForRoom(in)
		select {
		case <-joined:
			done()
		case <-w.rt.Context().Done():
			done()
			return nil, context.Cause(w.rt.Context())
		}
	}
}

func (w *hubWriter[T]) Flush() error { return nil }

func (w *hubWriter[T]) Close(cause error) error {
	if cause == nil {
		cause = demand.ErrCompleted
	}
	w.members.end(cause)
	return nil
}
