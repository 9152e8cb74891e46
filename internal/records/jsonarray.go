package records

import (
	"errors"
	"fmt"
	"io"
)

// JSONArray gives the elements of the one JSON array that r holds, each as soon as it is complete (a number or a bare
// word: as soon as the byte after it is there).
//
// # What is bad
//
// An element that is no JSON is Malformed, and so is one of another kind than T (a number, or null, where T
// is a struct). An element that is JSON of the right kind, with a value that does not go into its field, is BadField,
// and the detail names the field and the byte where the value begins. Members that T does not have are ignored;
// members that are missing, and nulls, leave the field as it is, as encoding/json has it: a pointer field tells.
//
// An input that does not begin as an array, an empty one too, is a fatal error.
//
// # Damage
//
// The reader finds the next element and goes on; the broken one is one Malformed record, which takes one
// number, however it is broken: cut off in the middle (with or without the comma, the line break, the next
// element right behind it), a quote too few or too many, a missing or a wrong bracket or colon, bytes that make no
// sense. Elements around it come out, and keep their numbers. What signs it goes by is told at the type resync. They
// work best for objects that begin with the same key. Known limits: what is cut off inside an array of objects
// may take the elements behind it along, if nothing but the end of the input shows the damage; and when an object
// holds others that begin with the same key as itself, those may come out as elements when it is broken.
//
// Where the structure around the elements is damaged, an error is reported when an element may be lost:
//   - Two commas in a row: one Malformed record, for the one that should be between them.
//   - The end inside an element: one Malformed record, then io.EOF.
//   - The end between elements, without the closing bracket: one Malformed record, then io.EOF, for the input may
//     have been cut off there.
//   - Anything after the closing bracket: one Malformed record; elements that follow come out.
//
// A missing comma between two objects, a comma too many at the end, a closing brace or bracket too many: these cost no
// element and are passed over.
//
// After a TooLong element the reader goes on behind it, or, if it is also broken, where the next one begins.
func JSONArray[T any](r io.Reader, opt Options) Reader[T] {
	limit := opt.withDefaults().MaxRecord
	a := &arrayReader[T]{w: newWindow(r, limit), max: limit, dec: newJSONDecoder[T]()}
	a.kind = a.dec.kind
	return a
}

// maxRescans is how many elements in a row may be looked for in bytes that resync has seen already; it keeps the work for
// any input at a small multiple of its length.
const maxRescans = 4

type arrayReader[T any] struct {
	w      window
	max    int
	dec    jsonDecoder[T]
	place  arrayPlace
	record int64
	end    error // io.EOF or fatal, once there is no more
	closed bool  // the end needs no closing bracket any more

	shape shape
	sync  resync
	kind  jsonKind // what the elements are: by T, or all so far
	mixed bool     // they are of several kinds
	keys  keySet   // first keys of good elements that were objects

	farthest int64 // how far resync has looked
	rescans  int
}

// arrayPlace is where in the outline of the array the reader stands.
type arrayPlace byte

const (
	beforeArray arrayPlace = iota
	beforeElement
	afterElement
	afterArray
)

func (a *arrayReader[T]) Next() (v T, record int64, err error) {
	for a.end == nil {
		c, err := a.peek()
		if err != nil {
			bad := a.atEnd(err)
			if bad != nil {
				return v, a.record, bad
			}
			break
		}
		if a.place == beforeArray {
			a.open(c)
			continue
		}
		if a.place == afterArray && c != ']' && c != '}' {
			bad := a.afterEnd(c)
			return v, a.record, bad
		}
		switch {
		case c == ']':
			a.w.drop(1)
			a.place, a.closed = afterArray, true
		case c == '}':
			a.w.drop(1)
		case c == ',' && a.place == afterElement:
			a.w.drop(1)
			a.place = beforeElement
		case c == ',' && !a.ask(1, keyAhead):
			at := a.w.base
			a.w.drop(1)
			bad := a.malformed(fmt.Sprintf("no element before the comma at byte %d", at), nil, nil)
			return v, a.record, bad
		case a.begins(c):
			v, bad := a.element()
			if bad != nil {
				return v, a.record, bad
			}
			if a.end == nil {
				return v, a.record, nil
			}
		default:
			a.record++
			bad := a.repair(a.complaint(maxLook), false)
			return v, a.record, bad
		}
	}
	return v, a.record, a.end
}

// peek gives the next byte that is not space, and drops the space.
func (a *arrayReader[T]) peek() (byte, error) {
	for {
		b := a.w.bytes()
		for i, c := range b {
			if classes[c]&classSpace == 0 {
				a.w.drop(i)
				return c, nil
			}
		}
		a.w.drop(len(b))
		if err := a.w.fill(); err != nil {
			return 0, err
		}
	}
}

// open takes the opening bracket.
func (a *arrayReader[T]) open(c byte) {
	if c != '[' {
		a.end = fmt.Errorf("not a JSON array: want '[' at byte %d, found %q", a.w.base, c)
		return
	}
	a.w.drop(1)
	a.place = beforeElement
}

// begins tells whether c can begin an element here. Between elements, without a comma, only one of the kind that the
// others are is taken for one.
func (a *arrayReader[T]) begins(c byte) bool {
	if a.place == afterElement && a.kind != anyKind && a.kind != kindOf(c) {
		return false
	}
	if c == '[' && a.dec.kind == objectKind {
		return false // no T in any case, and perhaps a stray bracket before one
	}
	return c == '{' || c == '[' || c == '"' && !a.ask(0, keyAhead) || classes[c]&classWord != 0
}

// ask puts a question about the bytes from the n-th on, reading more as needed.
func (a *arrayReader[T]) ask(n int, question func(b []byte, eof bool) finding) bool {
	for eof := false; ; {
		if b := a.w.bytes(); len(b) >= n {
			if found := question(b[n:], eof); found != perhaps {
				return found == yes
			}
		}
		if eof {
			return false
		}
		eof = a.w.fill() != nil // an error shows again at the next fill
	}
}

// malformed counts and reports a record of which nothing is left.
func (a *arrayReader[T]) malformed(detail string, raw []byte, cause error) *Error {
	a.record++
	return &Error{Record: a.record, Reason: Malformed, Detail: detail, Raw: excerpt(raw), Err: cause}
}

// atEnd takes the end of the input, or its failure, outside of elements. It gives an error record if an element may be missing.
func (a *arrayReader[T]) atEnd(err error) *Error {
	switch {
	case err != io.EOF:
		a.end = ended(a.record, err)
	case a.place == beforeArray:
		a.end = errors.New("not a JSON array: the input is empty")
	case !a.closed:
		a.closed = true
		return a.malformed(fmt.Sprintf("the input ends at byte %d without the closing bracket of the array", a.w.base), nil, io.ErrUnexpectedEOF)
	default:
		a.end = io.EOF
	}
	return nil
}

// afterEnd reports that the input goes on after the closing bracket, and goes on with it.
func (a *arrayReader[T]) afterEnd(c byte) *Error {
	bad := a.malformed(fmt.Sprintf("data after the closing bracket of the array, at byte %d", a.w.base), a.w.bytes(), nil)
	a.place = afterElement
	switch c {
	case '[':
		a.w.drop(1)
		a.place = beforeElement
	case ',', '{':
	default:
		return a.repair(bad, false)
	}
	return bad
}
