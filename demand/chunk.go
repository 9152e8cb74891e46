package demand

import "slices"

// A Chunk is a request and its answer in one: memory with room for so many
// elements, and the elements that were put there. Elements are appended at its
// end and taken from its front.
//
// All elements of one answer share one Lineage, of which the chunk owns one
// reference. A chunk is used by one goroutine at a time.
//
// The zero value is an empty chunk without room, ready to be the input of a
// stage; see Refill.
type Chunk[T any] struct {
	buf      []T     // elements are buf[head:tail], at most room of them were asked for
	lane     []int32 // record numbers beside buf, valid if laned
	head     int
	tail     int
	room     int
	laned    bool
	lineage  *Lineage
	patience Patience
	island   *Island
	err      error // how the input ended, kept for Refill
}

// NewChunk returns an empty chunk with room for n elements.
func NewChunk[T any](n int) *Chunk[T] {
	c := new(Chunk[T])
	c.Reset(n)
	return c
}

// minMemory is how many elements a chunk has memory for at least: enough that
// the memory of a window of one, of words, fills a cache line of its own, and
// does not bounce between goroutines with what stands beside it.
const minMemory = 8

// Reset makes the chunk an empty one with room for n elements, which wants
// elements without a limit of time. What it still held is abandoned, and counted
// as discarded.
func (c *Chunk[T]) Reset(n int) {
	if c.head < c.tail {
		c.discard(ErrEnough)
	} else if c.lineage != nil {
		c.lineage.Release()
		c.lineage = nil
	}
	if n > len(c.buf) {
		c.buf = make([]T, max(n, minMemory))
		c.lane = nil
	}
	c.head, c.tail, c.room, c.laned, c.patience = 0, 0, n, false, Patience{}
}

// Len returns how many elements the chunk holds.
func (c *Chunk[T]) Len() int { return c.tail - c.head }

// Free returns how many more elements may be put in. It is the demand that the
// chunk carries.
func (c *Chunk[T]) Free() int { return c.room - c.tail }

// Items returns the elements held. The slice is the chunk's own memory, valid
// until the chunk is next changed; elements may be replaced in place.
func (c *Chunk[T]) Items() []T { return c.buf[c.head:c.tail] }

// Patience returns how long the caller is willing to wait for elements.
func (c *Chunk[T]) Patience() Patience { return c.patience }

// SetPatience changes how long the caller is willing to wait.
func (c *Chunk[T]) SetPatience(p Patience) { c.patience = p }

// Append puts v at the end. It panics if there is no room.
func (c *Chunk[T]) Append(v T) {
	if c.tail >= c.room {
		panic("weir: append to a full chunk: a stage gave more elements than were asked for")
	}
	c.buf[c.tail] = v
	if c.laned {
		c.lane[c.tail] = 0
	}
	c.tail++
}

// AppendRecord is Append for a source that numbers its records: record is the
// number of v relative to the Origin of the chunk's lineage, from 1.
func (c *Chunk[T]) AppendRecord(v T, record int32) {
	c.Append(v)
	c.number(c.tail-1, record)
}

// Record returns the record number of the i-th element held, or 0 where none
// is known.
func (c *Chunk[T]) Record(i int) int32 {
	if !c.laned {
		return 0
	}
	return c.lane[c.head+i]
}

// Position says where the i-th element held was read, as far as is known.
func (c *Chunk[T]) Position(i int) Position { return c.lineage.Position(c.Record(i)) }

func (c *Chunk[T]) number(at int, record int32) {
	if !c.laned {
		if record == 0 {
			return
		}
		if len(c.lane) < len(c.buf) {
			c.lane = make([]int32, len(c.buf))
		}
		clear(c.lane[c.head:c.tail])
		c.laned = true
	}
	c.lane[at] = record
}

// Spare returns the memory that may still be filled, of length Free. Use it
// with Grow to put in many elements at once.
func (c *Chunk[T]) Spare() []T { return c.buf[c.tail:c.room] }

// Grow adds the first n elements of Spare to the chunk.
func (c *Chunk[T]) Grow(n int) {
	if n < 0 || c.tail+n > c.room {
		panic("weir: a stage gave more elements than were asked for")
	}
	if c.laned {
		clear(c.lane[c.tail : c.tail+n])
	}
	c.tail += n
}

// Advance takes the first n elements off the chunk. Taking the last one lets
// go of the lineage: downstream has what it needs of it.
func (c *Chunk[T]) Advance(n int) {
	switch n {
	case 0:
		return
	case 1:
		var zero T
		c.buf[c.head] = zero
	default:
		clear(c.buf[c.head : c.head+n])
	}
	c.head += n
	if c.head == c.tail && c.lineage != nil {
		c.lineage.Release()
		c.lineage = nil
	}
}

// compact moves the elements held to the beginning of the chunk's memory.
func (c *Chunk[T]) compact() {
	n := copy(c.buf, c.buf[c.head:c.tail])
	clear(c.buf[n:c.tail])
	if c.laned {
		copy(c.lane, c.lane[c.head:c.tail])
	}
	c.head, c.tail = 0, n
}

// Truncate keeps the first n elements and abandons the others; it returns how
// many those were.
func (c *Chunk[T]) Truncate(n int) int {
	rest := c.Len() - n
	if rest <= 0 {
		return 0
	}
	clear(c.buf[c.head+n : c.tail])
	c.tail = c.head + n
	l := c.lineage
	if n == 0 {
		c.lineage = nil
		l.Abandon(ErrEnough)
	} else if l != nil {
		l.Fork().Abandon(ErrEnough)
	}
	return rest
}

// Abandon gives up the elements held: their lineage settles as abandoned, so
// that its source delivers them again. It returns how many there were.
func (c *Chunk[T]) Abandon(cause error) int {
	n := c.Len()
	clear(c.buf[c.head:c.tail])
	c.head = c.tail
	l := c.lineage
	c.lineage = nil
	l.Abandon(cause)
	return n
}

func (c *Chunk[T]) discard(cause error) {
	n := c.Abandon(cause)
	if c.island != nil && c.island.Host != nil {
		c.island.Host.Discarded(n)
	}
}

// Fail notes that the input has failed with err, which Refill returns from now
// on. The elements still held, the one that failed among them, are abandoned
// and counted as discarded.
func (c *Chunk[T]) Fail(err error) {
	c.discard(err)
	c.err = err
}

// End notes how the input ended, as Fail does, but keeps what is held.
func (c *Chunk[T]) End(err error) { c.err = err }

// Ended returns how the input ended, or nil while it has not.
func (c *Chunk[T]) Ended() error { return c.err }

// Lineage returns the lineage of the elements held, or nil. The chunk goes on
// owning its reference.
func (c *Chunk[T]) Lineage() *Lineage { return c.lineage }

// SetLineage makes l the lineage of the elements held. The chunk takes over one
// reference of l, and lets go of the one that it had.
func (c *Chunk[T]) SetLineage(l *Lineage) {
	old := c.lineage
	c.lineage = l
	old.Release()
}

// TakeLineage hands the chunk's reference to the caller.
func (c *Chunk[T]) TakeLineage() *Lineage {
	l := c.lineage
	c.lineage = nil
	return l
}

// Limit lowers the room to at most n more elements and returns what it was, to
// be given back with Unlimit. A stage that wants less than it was asked for
// limits dst, pulls into it, and unlimits it.
func (c *Chunk[T]) Limit(n int) (was int) {
	was = c.room
	c.room = min(c.room, c.tail+n)
	return was
}

// Unlimit gives back the room that Limit took away.
func (c *Chunk[T]) Unlimit(was int) { c.room = was }

// Hurry reports that the elements done so far should be handed on now: the
// round takes long, or the run is stopping. Loops over user code look at it
// after each element and leave the rest in their input.
func (c *Chunk[T]) Hurry() bool { return c.island != nil && c.island.hurry.Load() }

// Island returns what the stages of one goroutine share, or nil outside a run.
func (c *Chunk[T]) Island() *Island { return c.island }

// SetIsland ties the chunk of a driver to its island.
func (c *Chunk[T]) SetIsland(i *Island) { c.island = i }

func (c *Chunk[T]) release(cause error) int { return c.Abandon(cause) }

// Clone returns a copy of the elements held, for whom the chunk's memory does
// not last long enough.
func (c *Chunk[T]) Clone() []T { return slices.Clone(c.Items()) }
