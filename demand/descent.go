package demand

// A Descent collects the lineages of elements that a stage has taken in, for
// stages that make one element of very many and keep none of these.
//
// The zero value is empty. What it stands for when the run ends early is
// abandoned by the runtime.
type Descent struct {
	parts []*Lineage
	n     int
	isl   *Island
}

// Absorb takes the first n elements off src, and makes their lineage part of d.
// dst is the chunk that the stage was asked to fill.
func Absorb[T any](d *Descent, src *Chunk[T], n int, dst interface{ Island() *Island }) {
	if n == 0 {
		return
	}
	if isl := dst.Island(); d.isl != isl {
		d.isl = isl
		if isl != nil {
			isl.hold(d)
		}
	}
	if l := src.lineage; l != nil && (len(d.parts) == 0 || d.parts[len(d.parts)-1] != l) {
		d.parts = append(d.parts, l.Fork())
	}
	d.n += n
	src.Advance(n)
}

// AppendAll appends v to dst as an element that descends from all that d has
// absorbed, and starts d anew. dst must be empty and have room.
func AppendAll[T any](d *Descent, dst *Chunk[T], v T) {
	dst.SetLineage(Join(d.parts))
	dst.Append(v)
	d.parts, d.n = nil, 0
}

func (d *Descent) release(cause error) int {
	n := d.n
	for _, l := range d.parts {
		l.Abandon(cause)
	}
	d.parts, d.n = nil, 0
	return n
}
