package records

import (
	"bytes"
	"fmt"
	"io"
)

// complaint says what is wrong with the element that begins here, as far as its first n bytes show.
func (a *arrayReader[T]) complaint(n int) *Error {
	b := a.w.bytes()
	bad := &Error{Record: a.record, Reason: Malformed, Raw: excerpt(b)}
	if bad.Err = checkJSON(b[:min(n, len(b))]); bad.Err != nil {
		bad.Detail = syntaxDetail(bad.Err, a.w.base)
	} else {
		bad.Detail = fmt.Sprintf("no comma before the value, at byte %d", a.w.base)
	}
	return bad
}

// cutOff reports that the input ends in the element that begins here.
func (a *arrayReader[T]) cutOff() *Error {
	b := a.w.bytes()
	return &Error{
		Record: a.record,
		Reason: Malformed,
		Detail: fmt.Sprintf("the input ends inside the record, at byte %d", a.w.base+int64(len(b))),
		Raw:    excerpt(b),
		Err:    io.ErrUnexpectedEOF,
	}
}

// repair drops the broken element that begins here and leaves the reader where it can go on. truncated says that nothing is
// wrong with it but that the input ends.
func (a *arrayReader[T]) repair(bad *Error, truncated bool) *Error {
	begin := a.w.base
	a.sync.start(a.kind, a.keys, nil)
	a.resync(truncated)
	a.place = afterElement
	if !a.closed || len(a.w.bytes()) > 0 {
		bad.Detail += fmt.Sprintf("; going on at byte %d", a.w.base)
	}
	if bad.Raw = bad.Raw[:min(int64(len(bad.Raw)), max(a.w.base-begin, 0))]; len(bad.Raw) == 0 {
		bad.Raw = nil
	}
	return bad
}

// oversize reports the element that begins here as longer than the limit.
func (a *arrayReader[T]) oversize() *Error {
	bad := tooLong(a.record, a.max, "", a.w.bytes())
	bad.Detail += fmt.Sprintf(", from byte %d", a.w.base)
	return bad
}

// skip reads past an element that is longer than the limit, without holding it.
func (a *arrayReader[T]) skip() *Error {
	bad := a.oversize()
	a.w.drop(len(a.w.bytes()))
	for {
		switch err := a.w.fill(); {
		case err == io.EOF:
			a.closed = true // the end is what the error was about
			return bad
		case err != nil:
			return bad
		}
		i, verdict := a.shape.scan(a.w.bytes(), 0)
		switch verdict {
		case whole:
			a.w.drop(i)
			return bad
		case broken:
			a.resyncFrom(i)
			return bad
		}
		a.w.drop(i)
	}
}

// resyncFrom goes on where an element that is too long is broken as well.
func (a *arrayReader[T]) resyncFrom(i int) {
	a.w.drop(i)
	a.sync.start(a.kind, a.keys, a.shape.stack)
	a.sync.prev = a.shape.last()
	a.resync(false)
}

// resync drops what resync finds to belong to a broken element. What it holds is bounded by the limit of a record: a longer
// element ends at the place noted, or is dropped as it comes.
func (a *arrayReader[T]) resync(truncated bool) {
	eof := false
	limit := a.max + 2*maxLook // of what it is shown at once: the outcome must not depend on how much a read brought
	for !a.sync.run(a.w.front(limit), eof && len(a.w.bytes()) <= limit) {
		if len(a.w.bytes()) >= limit {
			if a.takeNoted() {
				return
			}
			n := min(a.sync.i, limit)
			a.sync.forget(n)
			a.w.drop(n)
			continue
		}
		switch err := a.w.fill(); {
		case err == io.EOF:
			eof = true
		case err != nil:
			a.w.drop(len(a.w.bytes())) // the next fill tells
			return
		}
	}
	b := a.w.bytes()
	ended := a.sync.i >= len(b)
	inArray := bytes.HasSuffix(bytes.TrimRight(b, " \t\r\n"), []byte{']'})
	if !a.sync.settled && (!truncated || inArray) && a.takeNoted() {
		return
	}
	a.closed = a.closed || ended && eof
	a.w.drop(a.sync.i)
}

// takeNoted goes on where resync has noted that an element may begin, if it has, and not too often in the same bytes.
func (a *arrayReader[T]) takeNoted() bool {
	if a.sync.noted < 0 {
		return false
	}
	a.rescans++
	if at := a.w.base + int64(a.sync.noted); at >= a.farthest {
		a.rescans = 0
	}
	if a.rescans > maxRescans {
		return false
	}
	a.farthest = max(a.farthest, a.w.base+int64(a.sync.i))
	a.w.drop(a.sync.noted)
	return true
}
