package sink

import (
	"errors"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// Adapt puts f in front of a sink, so that a sink of rows takes trips, or one of
// JSON lines takes letters:
//
//	letters := sink.Adapt(newReject, sink.JSONLines[reject](sink.File("dead.jsonl")))
//
// It keeps the name of the sink, and what it says of itself: an element counts
// as handled when the sink inside has handled what f made of it. f must not
// fail.
//
// backpressures when to does, and when f is at work · completes when to does ·
// fails when to does · handled when to has handled it
func Adapt[T, U any](f func(T) U, to stage.Sink[U]) stage.Sink[T] {
	m := around("Adapt", to).Func(f == nil, "function")
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] {
		return &adapter[T, U]{Writer: to.Open(rt), f: f}
	})
}

// around returns what a sink says of itself, for a sink around it.
func around[T any](kind string, s stage.Sink[T]) stage.Meta {
	if s == nil {
		return stage.Meta{Kind: kind, Err: errors.New("the sink inside is nil")}
	}
	return s.Meta()
}

// adapter holds the results of elements that are still at the front of its
// input, so that what the sink inside does not take is not taken.
type adapter[T, U any] struct {
	stage.Writer[U]
	f   func(T) U
	mid demand.Chunk[U]
}

func (a *adapter[T, U]) Write(in *demand.Chunk[T]) error {
	if a.mid.Len() == 0 {
		a.fill(in)
	}
	before := a.mid.Len()
	err := a.Writer.Write(&a.mid)
	in.Advance(before - a.mid.Len())
	if err != nil {
		a.mid.Abandon(err)
	}
	return err
}

func (a *adapter[T, U]) fill(in *demand.Chunk[T]) {
	a.mid.Reset(in.Len())
	a.mid.SetIsland(in.Island())
	for i, v := range in.Items() {
		a.mid.AppendRecord(a.f(v), in.Record(i))
		if in.Hurry() {
			break
		}
	}
	a.mid.SetLineage(in.Lineage().Fork())
}

func (a *adapter[T, U]) Close(cause error) error {
	if cause != nil {
		a.mid.Abandon(cause)
	}
	return a.Writer.Close(cause)
}
