package gostreams

import (
	"context"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// How many elements are asked for ahead of channels of theirs, and how many a link
// behind one holds: few, as their channels hold none.
const (
	defaultWindow   = 16
	defaultCapacity = 16
)

// small gives a window that size, unless the user gave it one.
func small(m stage.Meta) stage.Meta {
	if m.WindowMax == 0 {
		m.WindowMin, m.WindowMax = 1, defaultWindow
	}
	return m
}

// A sender sends to a channel of theirs, which it closes once.
type sender[T any] struct {
	ctx  context.Context
	to   chan<- any
	tags *tags // of the elements under way, for Each
	shut bool
}

// send sends what is in in, until ctx ends.
func (s *sender[T]) send(in *demand.Chunk[T]) (err error) {
	n := 0
	for i, v := range in.Items() {
		s.tags.push(in.Lineage(), in.Record(i))
		if err = s.sendOne(in, v); err != nil {
			s.tags.unsent(err)
			break
		}
		if n++; in.Hurry() {
			break
		}
	}
	in.Advance(n)
	return err
}

func (s *sender[T]) sendOne(in *demand.Chunk[T], v T) error {
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	select {
	case s.to <- v:
		return nil
	default:
	}
	defer stage.WaitsForRoom(in)()
	select {
	case s.to <- v:
		return nil
	case <-s.ctx.Done():
		return context.Cause(s.ctx)
	}
}

func (s *sender[T]) close() {
	if s.to != nil && !s.shut {
		s.shut = true
		close(s.to)
	}
}
