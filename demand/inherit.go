package demand

// Inherit makes the elements of dst, which a source has given that was opened for
// the front element of src, descend from that element too. That stays where it
// is, and holds its lineage, until all that comes of it has been given. Where the
// elements of dst have a lineage of their own they descend from both, keep their
// record numbers, and also, if not nil, is made a part that settles after the
// others; without, they get the record number of the front element, and also is
// released.
func Inherit[In, Out any](dst *Chunk[Out], src *Chunk[In], also *Lineage) {
	own := dst.lineage
	if own == nil {
		also.Release()
		dst.lineage = src.lineage.Fork()
		if record := src.Record(0); record != 0 || dst.laned {
			for i := dst.head; i < dst.tail; i++ {
				dst.number(i, record)
			}
		}
		return
	}
	all := Join([]*Lineage{src.lineage.Fork(), own, also})
	if all != own {
		all.Origin = own.Origin
	}
	dst.lineage = all
}
