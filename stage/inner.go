package stage

import (
	"errors"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/engine"
)

// An Inner is a source that a stage has opened while it runs, for one of its
// elements. It counts into that stage, and its name, in errors and logs, is that
// of the stage and its own. When the run is drained it ends, unless it drains
// itself, and what it then would have read is missing: see Cut.
//
// Pull and Cancel are for the goroutine that pulls; the others for that of the
// stage, Close when all elements have been taken. It is for the library's own
// packages.
type Inner[T any] struct {
	scope
	rt   Runtime
	up   demand.Upstream[T]
	held demand.Holdings
	err  error
	cut  bool
	gone bool
}

// OpenInner opens a source among all those of a stage. The error names the
// source.
func OpenInner[T any](all *Inners, s Source[T]) (*Inner[T], error) {
	if s == nil {
		return nil, errors.New("the function returned a nil source")
	}
	m := s.Meta()
	i := &Inner[T]{}
	i.scope.all = all
	i.rt = Runtime{cell: all.rt.cell, meta: m, scope: &i.scope}
	err := m.Err
	if err == nil {
		err = m.Once.Claim()
	}
	if err != nil {
		return nil, &Error{Stage: i.rt.Name(), Err: err}
	}
	i.up = s.Open(&i.rt)
	return i, nil
}

// Pull implements demand.Upstream. The end of a source that was drained is
// demand.ErrCompleted.
func (i *Inner[T]) Pull(dst *demand.Chunk[T]) error {
	if i.err != nil {
		return i.err
	}
	isl, mark := dst.Island(), 0
	if isl != nil {
		i.isl.Store(isl)
		if isl.Stopped() {
			return demand.ErrStopped
		}
		mark = isl.Mark()
	}
	if !i.rt.meta.DrainsItself && i.rt.Draining() {
		i.cut, i.err = true, demand.ErrCompleted
		return i.err
	}
	err := i.up.Pull(dst)
	if isl != nil {
		i.held.Since(isl, mark)
	}
	if err != nil {
		i.err = i.place(err)
		if dst.Len() == 0 {
			return i.err
		}
	}
	return nil
}

// place says where an error comes from, or that it is none.
func (i *Inner[T]) place(err error) error {
	switch {
	case err == demand.ErrStopped:
		return err
	case !i.rt.Draining():
	case err == demand.ErrCompleted:
		i.cut = i.rt.meta.DrainsItself // it may have had more to come
	case errors.Is(err, demand.ErrDrained), errors.Is(err, i.rt.Reads().Err()):
		i.cut, err = true, demand.ErrCompleted
	}
	if err == demand.ErrCompleted {
		return err
	}
	return engine.Located(i.rt.Name(), err)
}

// Cut reports that the source has ended because it was drained, or may have: it
// can't be known that what it gave is all that comes of its element.
func (i *Inner[T]) Cut() bool { return i.cut }

// Cancel implements demand.Upstream.
func (i *Inner[T]) Cancel(cause error) {
	if i.gone {
		return
	}
	i.gone = true
	if i.err == nil {
		i.err = cause
	}
	i.endReads(cause)
	defer func() { i.rt.Discarded(i.held.Release(cause)) }()
	i.up.Cancel(cause)
}

// Descend makes the elements of dst, which i has given, descend also from the
// front element of of, for which it was opened.
func Descend[In, T any](i *Inner[T], dst *demand.Chunk[T], of *demand.Chunk[In]) {
	var alive *demand.Lineage
	if dst.Lineage() != nil {
		alive = i.alive()
	}
	demand.Inherit(dst, of, alive)
}
