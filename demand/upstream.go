package demand

// Upstream is what a stage pulls from: the request, the answer and the end of
// reading in two methods.
//
// Pull fills dst, which comes empty and with room: the room is the credit,
// request(n). The answer is 1 to n elements; or an error and no elements; or
// nothing, where dst's Patience has run out. An error is sticky, and follows on
// the pull after the last element. ErrCompleted means that everything was
// delivered. A short answer is normal: Pull does not wait to fill dst once it
// has something. dst's memory is the caller's, Pull keeps no alias of it.
//
// Cancel says that no more is wanted, and why. It is called by the goroutine
// that pulls, never during a pull, and may be called more than once; the first
// cause counts. Afterwards Pull returns that cause.
//
// An Upstream is used by one caller at a time.
type Upstream[T any] interface {
	Pull(dst *Chunk[T]) error
	Cancel(cause error)
}

// Refill makes src ready to be worked on. If it still holds elements, Refill
// does nothing; otherwise it asks up for as many as dst has room for, with the
// patience of dst.
//
// After nil, src.Len() == 0 means that nothing came in time: return nil from
// the Pull in which this happens. The error of up, or one noted with src.Fail,
// is returned again by every later Refill.
func Refill[In, Out any](up Upstream[In], src *Chunk[In], dst *Chunk[Out]) error {
	if src.head < src.tail {
		return nil
	}
	if src.err != nil {
		return src.err
	}
	return src.request(up, dst.Free(), dst.patience, dst.island)
}

// RefillMax is Refill with a bound of its own on the number of elements asked
// for, and with the given patience in place of that of dst where it is shorter.
// Who limits it has work under way of which elements will come; else it is Forever.
func RefillMax[In, Out any](up Upstream[In], src *Chunk[In], dst *Chunk[Out], n int, p Patience) error {
	if src.head < src.tail {
		return nil
	}
	if src.err != nil {
		return src.err
	}
	p.pending = !p.IsForever()
	return src.request(up, n, dst.patience.Sooner(p), dst.island)
}

func (c *Chunk[T]) request(up Upstream[T], n int, p Patience, isl *Island) error {
	if c.island != isl {
		c.island = isl
		if isl != nil {
			isl.hold(c)
		}
	}
	c.Reset(n)
	c.patience = p
	if err := up.Pull(c); err != nil {
		c.err = err
		return err
	}
	return nil
}
