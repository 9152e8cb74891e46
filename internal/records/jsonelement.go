package records

import (
	"encoding/json"
	"errors"
	"io"
)

// element reads the element that begins here. It sets a.end when the input fails.
func (a *arrayReader[T]) element() (v T, bad *Error) {
	a.record++
	a.place = afterElement
	a.shape.reset()
	for i := 0; ; {
		b := a.w.bytes()
		n, verdict := a.shape.scan(b, i)
		i = n
		switch verdict {
		case whole:
			if i > a.max {
				bad = a.oversize()
				a.w.drop(i)
				return v, bad
			}
			if kindOf(b[0]) == scalarKind && !a.bounded(i) {
				return v, a.repair(a.complaint(i+1), false)
			}
			return a.decode(i)
		case broken:
			if i > a.max {
				bad = a.oversize()
				a.resyncFrom(i)
				return v, bad
			}
			return v, a.repair(a.complaint(i+1), false)
		}
		if i > a.max {
			return v, a.skip()
		}
		switch err := a.w.fill(); {
		case err == io.EOF:
			return v, a.repair(a.cutOff(), true)
		case err != nil:
			a.record--
			_ = a.atEnd(err) // which is noted for Next
			return v, nil
		}
	}
}

// bounded tells whether what follows a string, number or word of n bytes may follow one. Among objects, where it is wrong
// anyway, it looks further: it may be what is left of an object that lost its head.
func (a *arrayReader[T]) bounded(n int) bool {
	return a.ask(n, func(b []byte, eof bool) finding {
		i, found := skipSpace(b, 0, eof)
		switch {
		case found == no && eof:
			return yes
		case found == perhaps:
			return perhaps
		case a.kind == objectKind && found == yes && b[i] == ',':
			return keyAhead(b[i+1:], eof).not()
		case i > 0 && a.kind != objectKind, b[i] == ',', b[i] == ']':
			return yes
		}
		return no
	})
}

// decode makes a T of the first n bytes.
func (a *arrayReader[T]) decode(n int) (v T, bad *Error) {
	raw, at := a.w.bytes()[:n], a.w.base
	a.w.drop(n) // before user code can panic: the next call must not come upon it again
	if v, bad = a.dec.decode(raw, at); bad == nil {
		a.learn(raw)
		return v, nil
	}
	bad.Record = a.record
	var syntax *json.SyntaxError
	if bad.Reason == Malformed && errors.As(bad.Err, &syntax) {
		a.w.drop(-n)
		return v, a.repair(bad, false)
	}
	return v, bad
}

// learn keeps what a good element looks like.
func (a *arrayReader[T]) learn(raw []byte) {
	if a.dec.kind == anyKind && !a.mixed {
		kind := kindOf(raw[0])
		if a.mixed = a.kind != anyKind && a.kind != kind; a.mixed {
			kind = anyKind
		}
		a.kind = kind
	}
	if raw[0] != '{' {
		return
	}
	if key, found := objectStart(raw, true); found == yes {
		a.keys.add(key)
	}
}
