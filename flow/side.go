package flow

import "github.com/weir-go/weir/demand"

// A side is one of several flows that a stage pulls from on one goroutine,
// with what it has given and the stage has not passed on yet.
type side[In, Out any] struct {
	up   demand.Upstream[In]
	read demand.Chunk[In]
}

// refill asks for n elements, unless some are at hand. dst is the chunk that the
// stage was asked to fill.
func (s *side[In, Out]) refill(dst *demand.Chunk[Out], n int) error {
	return demand.RefillMax(s.up, &s.read, dst, n, demand.Forever)
}

// giveUp ends the side during a pull: what is at hand is counted as discarded.
func (s *side[In, Out]) giveUp(cause error) {
	s.up.Cancel(cause)
	s.read.Fail(cause)
}
