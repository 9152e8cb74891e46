package demand

import "sync/atomic"

// The helpers that move elements from one chunk to another and keep lineage
// and record numbers in step. A stage written with them need not think of
// either.

// Adopt makes the elements of dst, those there and those about to be appended,
// descend from src. It reports false if dst already holds elements of another
// lineage: then dst must be handed on first.
func Adopt[In, Out any](dst *Chunk[Out], src *Chunk[In]) bool {
	if dst.lineage == src.lineage {
		return true
	}
	if dst.Len() > 0 {
		return false
	}
	dst.lineage.Release()
	dst.lineage = src.lineage.Fork()
	return true
}

// fits returns how many elements of src may go to dst one to one.
func fits[In, Out any](dst *Chunk[Out], src *Chunk[In]) int {
	if dst.lineage != src.lineage && dst.Len() > 0 {
		return 0
	}
	return min(src.Len(), dst.Free())
}

// pass ends a transfer: n elements of src became n elements at the end of dst.
func pass[In, Out any](dst *Chunk[Out], src *Chunk[In], n int) {
	if n == 0 {
		return
	}
	at := dst.tail
	dst.tail += n
	if src.laned || dst.laned {
		for i := range n {
			dst.number(at+i, src.Record(i))
		}
	}
	hand(dst, src, n)
}

// hand gives dst the lineage of the next n elements of src, and takes them off.
func hand[In, Out any](dst *Chunk[Out], src *Chunk[In], n int) {
	if dst.lineage != src.lineage {
		dst.lineage.Release()
		if n == src.Len() {
			dst.lineage, src.lineage = src.lineage, nil
		} else {
			dst.lineage = src.lineage.Fork()
		}
	}
	src.Advance(n)
}

// MapInto puts f of each element of src into dst, as many as fit.
func MapInto[In, Out any](dst *Chunk[Out], src *Chunk[In], f func(In) Out) {
	n := fits(dst, src)
	done := mapLoop(dst.buf[dst.tail:dst.tail+n], src.buf[src.head:src.head+n], f, dst.flag())
	pass(dst, src, done)
}

// mapLoop stands alone, like keepLoop, so that nothing but what the loop needs is
// kept across the calls of f: inlined it takes a fifth longer.
//
//go:noinline
func mapLoop[In, Out any](out []Out, in []In, f func(In) Out, hurry *atomic.Bool) (done int) {
	if len(out) < len(in) {
		return 0
	}
	for i, v := range in {
		out[i] = f(v)
		if hurry.Load() {
			return i + 1
		}
	}
	return len(in)
}

// Move moves elements from src to dst, as many as fit.
func Move[T any](dst, src *Chunk[T]) int { return MoveN(dst, src, src.Len()) }

// MoveN moves at most n elements from src to dst, as many as fit.
func MoveN[T any](dst, src *Chunk[T], n int) int {
	n = min(n, fits(dst, src))
	copy(dst.buf[dst.tail:dst.tail+n], src.buf[src.head:src.head+n])
	pass(dst, src, n)
	return n
}

// TransformInto gives f each element of src together with its index, for
// src.Position, and puts into dst the results for which f reports true, as many
// as fit. It stops at an error of f, with the element that failed still at the
// front of src.
func TransformInto[In, Out any](dst *Chunk[Out], src *Chunk[In], f func(i int, v In) (Out, bool, error)) (dropped int, err error) {
	if dst.lineage != src.lineage && dst.Len() > 0 {
		return 0, nil
	}
	hurry := dst.flag()
	used, kept := 0, 0
	for used < src.Len() && dst.tail+kept < dst.room {
		var v Out
		var ok bool
		if v, ok, err = f(used, src.buf[src.head+used]); err != nil {
			break
		}
		if ok {
			dst.buf[dst.tail+kept] = v
			if src.laned || dst.laned {
				dst.tail += kept + 1
				dst.number(dst.tail-1, src.Record(used))
				dst.tail -= kept + 1
			}
			kept++
		}
		if used++; hurry.Load() {
			break
		}
	}
	dst.tail += kept
	if kept > 0 {
		hand(dst, src, used)
	} else {
		src.Advance(used)
	}
	return used - kept, err
}

// Keep drops in place the elements of c that keep refuses, and returns how many
// those were. It runs to the end of the chunk: keep must be cheap.
func Keep[T any](c *Chunk[T], keep func(T) bool) (dropped int) {
	items := c.buf[c.head:c.tail]
	w := 0
	if c.laned {
		lane := c.lane[c.head:c.tail]
		for r, v := range items {
			if keep(v) {
				items[w], lane[w] = v, lane[r]
				w++
			}
		}
	} else {
		for _, v := range items {
			if keep(v) {
				items[w] = v
				w++
			}
		}
	}
	dropped = len(items) - w
	clear(items[w:])
	c.tail -= dropped
	if w == 0 && dropped > 0 {
		c.head, c.tail = 0, 0
		c.lineage.Release()
		c.lineage = nil
	}
	return dropped
}

// PullKept pulls from up until an element passes keep, an error comes or
// patience runs out. It is all that an in-place filter needs.
func PullKept[T any](up Upstream[T], dst *Chunk[T], keep func(T) bool) error {
	for {
		if err := up.Pull(dst); err != nil {
			return err
		}
		if dst.Len() == 0 {
			return nil
		}
		if Keep(dst, keep); dst.Len() > 0 {
			return nil
		}
		if yes, err := Impatient(dst); yes {
			return err
		}
	}
}

// ZipInto puts f of each pair of elements of a and b into dst, as many as there
// are and fit. The results descend from both.
func ZipInto[A, B, C any](dst *Chunk[C], a *Chunk[A], b *Chunk[B], f func(A, B) C) {
	n := min(a.Len(), b.Len(), dst.Free())
	if n == 0 {
		return
	}
	both := Join([]*Lineage{a.lineage.Fork(), b.lineage.Fork()})
	if dst.Len() > 0 && dst.lineage != both {
		// dst has to be handed on first.
		both.Release()
		return
	}
	dst.SetLineage(both)
	hurry := dst.flag()
	x, y := a.Items(), b.Items()
	done := 0
	for done < n {
		dst.Append(f(x[done], y[done]))
		if done++; hurry.Load() {
			break
		}
	}
	a.Advance(done)
	b.Advance(done)
}

// PullTransformed is the Pull of a stage that makes at most one element of
// each: it refills in from up until f lets something through, f fails, or
// patience runs out. An error of f comes behind the elements before it; see
// TransformInto.
func PullTransformed[In, Out any](up Upstream[In], in *Chunk[In], dst *Chunk[Out], f func(i int, v In) (Out, bool, error)) error {
	for {
		if err := Refill(up, in, dst); err != nil {
			return err
		}
		if in.Len() == 0 {
			return nil
		}
		if _, err := TransformInto(dst, in, f); err != nil {
			in.Fail(err)
			if dst.Len() == 0 {
				return err
			}
		}
		if dst.Len() > 0 {
			return nil
		}
		if yes, err := Impatient(dst); yes {
			return err
		}
	}
}
