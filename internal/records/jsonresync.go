package records

import "bytes"

// maxLook is how far, in bytes, resync looks past a byte to see what it begins.
const maxLook = 512

// resync finds the end of a broken element of an array of JSON values: the place where the next one begins, or the
// comma before it, or the closing bracket. It reads on from the beginning of the element as if nothing had
// happened, keeps count of what is open, and goes by these signs:
//
//   - The brackets close, and what follows is the end of an element: that is its end. A closing bracket
//     also closes what was left open inside.
//   - An object begins where none can stand: after a value, or where a key is due. The broken element was cut
//     off there. It must begin with a key that elements before began with, if there were any.
//   - A string runs into a line break, or `{"key":` stands in it: it was never closed, or its opening quote was a closing
//     one. So it is read again as what it is, and the quotes after it are the right way round.
//   - An object begins where one may stand, but with the first key of an element: it is noted. If no end is
//     found, or only a later beginning, the first place noted is where the next element begins.
//
// It can be fed in pieces, and each byte is looked at a small number of times.
type resync struct {
	kind jsonKind
	keys keySet // first keys of elements that are objects, if known

	i       int    // next byte; an index into the bytes held, like the three below
	str     int    // the quote that opened the string being read, or -1
	flat    int    // no quote before this counts
	noted   int    // where an element may begin, or -1
	stack   []byte // open brackets
	braces  int    // how many of them are braces
	prev    byte   // last token: one of { [ , : or 'v' for a value or any other
	settled bool   // all is closed, to be confirmed by what follows
	doubt   bool   // what is open is a guess
}

// start begins at the front of the bytes held, with brackets open (copied) if the element began before them.
func (r *resync) start(kind jsonKind, keys keySet, open []byte) {
	*r = resync{kind: kind, keys: keys, str: -1, noted: -1, stack: append(r.stack[:0], open...)}
	r.braces = bytes.Count(open, []byte{'{'})
}

// forget follows a window that drops its first n bytes.
func (r *resync) forget(n int) {
	r.i -= n
	r.flat -= n
	r.noted = max(r.noted-n, -1)
	if r.str >= 0 {
		r.str = max(r.str-n, 0)
	}
}

// run goes on with the bytes held; eof says that no more will come. It reports whether it is done; r.i is then where the reader
// goes on.
func (r *resync) run(b []byte, eof bool) bool {
	for {
		if r.i >= len(b) {
			if !eof {
				return false
			}
			if r.str < 0 {
				return true
			}
			r.reread(len(b))
			continue
		}
		c := b[r.i]
		step := forward
		switch {
		case r.str >= 0:
			step = r.inString(b, eof)
		case classes[c]&classSpace != 0:
		case r.settled:
			step = r.confirm(b, eof)
		default:
			step = r.token(b, eof)
		}
		switch step {
		case forward:
			r.i++
		case stop:
			return true
		case unsure:
			return false
		}
	}
}

// step is what to do after a byte.
type step byte

const (
	forward step = iota
	stay         // r.i is where it should be
	stop         // the broken element ends before this byte
	unsure       // more bytes are needed
)

// reread takes the string being read for plain structure up to index end.
func (r *resync) reread(end int) {
	r.i, r.str, r.flat = r.str, -1, end
	r.doubt = true
}

func (r *resync) inString(b []byte, eof bool) step {
	for classes[b[r.i]]&classSimple != 0 {
		if r.i++; r.i == len(b) {
			return stay
		}
	}
	switch b[r.i] {
	case '"':
		r.str, r.prev = -1, 'v'
	case '\\':
		if r.i+1 == len(b) {
			if !eof {
				return unsure
			}
		} else if next := b[r.i+1]; next == '"' || next == '\\' {
			r.i++
		}
	case '\n':
		r.reread(r.i)
		return stay
	case '{':
		key, found := objectStart(b[r.i:], eof)
		switch {
		case found == perhaps:
			return unsure
		case found == yes && !betweenStrings(key):
			r.reread(r.i)
			return stay
		}
	}
	return forward
}
