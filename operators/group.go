package operators

import (
	"errors"
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// A group is the stage of one key of a GroupBy, and what that pulls from: as many
// elements at the front of the GroupBy's input as it is allowed. Its island holds
// what its stages do, so that this can be let go of when the group ends.
type group[K comparable, In, Out any] struct {
	key   K
	in    *demand.Chunk[In]
	allow int
	end   error // behind those
	up    demand.Upstream[Out]
	isl   *demand.Island
	done  bool
}

func (g *groupBy[K, In, Out]) open(k K, on *demand.Island) (*group[K, In, Out], error) {
	s := g.sub(k)
	if s == nil {
		return nil, errors.New("the function that makes stages returned nil")
	}
	grp := &group[K, In, Out]{key: k, in: &g.in, isl: demand.NewIsland()}
	if on != nil {
		grp.isl.Host = on.Host
	}
	switch m := s.Meta(); {
	case m.Err != nil:
		return nil, fmt.Errorf("group %v: %s: %w", k, m.Title(), m.Err)
	case m.Link || m.Patient || m.Blocking || m.Workers > 0:
		return nil, fmt.Errorf("group %v: %s starts goroutines, keeps time or may block, which a stage within GroupBy must not", k, m.Title())
	}
	grp.up = stage.OpenWithin(g.rt, s, grp)
	return grp, nil
}

// Pull implements demand.Upstream for the stages of the group.
func (g *group[K, In, Out]) Pull(dst *demand.Chunk[In]) error {
	if g.allow == 0 {
		return g.end
	}
	g.allow -= demand.MoveN(dst, g.in, g.allow)
	return nil
}

// Cancel implements demand.Upstream. Upstream of the GroupBy is there for others.
func (g *group[K, In, Out]) Cancel(error) { g.allow = 0 }
