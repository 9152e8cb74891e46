package demand

// A Gather collects elements of many answers into one slice, and their
// lineages with them, for stages that make one element of many.
//
// The zero value is empty. What it holds when the run ends early is abandoned by
// the runtime.
type Gather[T any] struct {
	items []T
	parts []*Lineage
	isl   *Island
}

// Len returns how many elements were gathered.
func (g *Gather[T]) Len() int { return len(g.items) }

// Items returns the elements gathered.
func (g *Gather[T]) Items() []T { return g.items }

// Take moves elements from src until n are gathered. dst is the chunk that the
// stage was asked to fill.
func (g *Gather[T]) Take(src *Chunk[T], n int, dst interface{ Island() *Island }) {
	if isl := dst.Island(); g.isl != isl {
		g.isl = isl
		if isl != nil {
			isl.hold(g)
		}
	}
	k := min(n-len(g.items), src.Len())
	if k <= 0 {
		return
	}
	if g.items == nil {
		g.items = make([]T, 0, min(n, max(k, 64)))
	}
	g.items = append(g.items, src.Items()[:k]...)
	if l := src.lineage; l != nil && (len(g.parts) == 0 || g.parts[len(g.parts)-1] != l) {
		g.parts = append(g.parts, l.Fork())
	}
	src.Advance(k)
}

// Emit appends what was gathered to dst as one element that descends from all
// of its parts, and starts anew. dst must be empty and have room.
func (g *Gather[T]) Emit(dst *Chunk[[]T]) {
	dst.SetLineage(Join(g.parts))
	dst.Append(g.items)
	g.items, g.parts = nil, nil
}

func (g *Gather[T]) release(cause error) int {
	n := len(g.items)
	for _, l := range g.parts {
		l.Abandon(cause)
	}
	g.items, g.parts = nil, nil
	return n
}
