package demand

// A Latest holds the latest element of an input and a reference of its lineage,
// for stages that combine it with elements of another input.
//
// The zero value is empty. What it holds when the run ends early is abandoned by
// the runtime.
type Latest[T any] struct {
	v       T
	lineage *Lineage
	held    bool
	used    bool // it was combined with something
	isl     *Island
}

// Held reports that there is one.
func (l *Latest[T]) Held() bool { return l.held }

// Keep takes the first n elements off src and holds the last of them, in place of
// the one before. It returns how many of all these are gone without having been
// combined with anything. dst is the chunk that the stage was asked to fill.
func (l *Latest[T]) Keep(src *Chunk[T], n int, dst interface{ Island() *Island }) (superseded int) {
	if n <= 0 {
		return 0
	}
	superseded = n - 1
	if l.held && !l.used {
		superseded++
	}
	l.take(src, n, dst.Island())
	return superseded
}

// take holds the n-th element of src, and takes n off src.
func (l *Latest[T]) take(src *Chunk[T], n int, isl *Island) {
	if l.isl != isl {
		l.isl = isl
		if isl != nil {
			isl.hold(l)
		}
	}
	if l.lineage != src.lineage {
		l.lineage.Release()
		l.lineage = src.lineage.Fork()
	}
	l.v, l.held, l.used = src.Items()[n-1], true, false
	src.Advance(n)
}

// Drop lets go of what is held, at the end of a stream that completes. It returns
// 1 if that was combined with nothing, and is given up.
func (l *Latest[T]) Drop() (unused int) {
	if l.held && !l.used {
		return l.Abandon(ErrEnough)
	}
	l.lineage.Release()
	*l = Latest[T]{isl: l.isl}
	return 0
}

// Abandon gives up what is held, so that its source delivers it again. It returns
// 1 if that was combined with nothing.
func (l *Latest[T]) Abandon(cause error) (unused int) {
	if l.held && !l.used {
		unused = 1
	}
	l.lineage.Abandon(cause)
	*l = Latest[T]{isl: l.isl}
	return unused
}

func (l *Latest[T]) release(cause error) int { return l.Abandon(cause) }

// CombineInto puts f of each element of src, and of the one that with holds, into
// dst, as many as fit, and takes them off src. The results descend from both. own,
// where it is not nil, holds the last of those taken from then on. dst must be
// empty and have room.
func CombineInto[T, O, Out any](dst *Chunk[Out], src *Chunk[T], own *Latest[T], with *Latest[O], f func(T, O) Out) {
	n := min(src.Len(), dst.Free())
	if n == 0 {
		return
	}
	dst.SetLineage(Join([]*Lineage{src.lineage.Fork(), with.lineage.Fork()}))
	numbered := src.laned && dst.lineage == src.lineage
	hurry := dst.flag()
	with.used = true
	done := 0
	for _, v := range src.Items()[:n] {
		dst.Append(f(v, with.v))
		if numbered {
			dst.number(dst.tail-1, src.Record(done))
		}
		if done++; hurry.Load() {
			break
		}
	}
	if own == nil {
		src.Advance(done)
		return
	}
	own.take(src, done, dst.island)
	own.used = true
}
