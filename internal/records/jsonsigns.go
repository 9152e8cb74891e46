package records

import "bytes"

// confirm looks at what follows after all brackets have closed.
func (r *resync) confirm(b []byte, eof bool) step {
	found := no
	switch c := b[r.i]; {
	case c == ',':
		found = r.elementAhead(b[r.i+1:], eof)
	case c == '{', c == '[' && r.kind != objectKind:
		found = r.elementAhead(b[r.i:], eof)
	case c == ']':
		found = endAhead(b[r.i+1:], eof)
	case c == '}':
		return forward // one too many
	}
	switch found {
	case yes:
		return stop
	case perhaps:
		return unsure
	}
	r.settled, r.doubt = false, true // the element goes on
	return stay
}

// elementAhead asks whether an element can begin here, or the array end. In doubt an object is one only if it begins like one.
func (r *resync) elementAhead(b []byte, eof bool) finding {
	c, found := nextMark(b, eof)
	switch {
	case found == perhaps:
		return perhaps
	case found == no:
		return yes
	case c == ']':
		return endAhead(b[bytes.IndexByte(b, c)+1:], eof)
	case r.doubt && r.kind == objectKind && c != '{':
		return no
	case c == '"':
		return keyAhead(b, eof).not()
	case c == '{' && r.doubt && len(r.keys) > 0:
		at := bytes.IndexByte(b, '{')
		key, found := objectStart(b[at:], eof)
		if found == yes && !r.keys.has(key) {
			found = no
		}
		return found
	}
	return yes
}

func (r *resync) token(b []byte, eof bool) step {
	switch c := b[r.i]; c {
	case '{':
		return r.object(b, eof)
	case '[':
		if len(r.stack) == 0 && r.kind == arrayKind && r.prev == ',' {
			return stop
		}
		r.push(c)
	case '}':
		if !r.close('{') && (len(r.stack) == 0 || r.kind == objectKind) {
			r.stack, r.settled = r.stack[:0], true // no brace was open, only brackets
		}
	case ']':
		if !r.close('[') {
			switch endAhead(b[r.i+1:], eof) {
			case perhaps:
				return unsure
			case yes:
				return stop
			}
		}
	case ',':
		if len(r.stack) == 0 {
			if step := r.comma(b, eof); step != forward {
				return step
			}
		}
		r.prev = c
	case ':':
		r.prev = c
	case '"':
		if r.i >= r.flat {
			r.str = r.i
		} else {
			r.prev = 'v'
		}
	default:
		r.prev = 'v'
	}
	return forward
}

// object decides what an opening brace is.
func (r *resync) object(b []byte, eof bool) step {
	key, found := objectStart(b[r.i:], eof)
	if found == perhaps {
		return unsure
	}
	if r.prev == 0 { // the broken element itself
		if len(r.keys) == 0 && found == yes {
			r.keys = keySet{bytes.Clone(key)}
		}
		r.push('{')
		return forward
	}
	if found == yes {
		alike := r.keys.has(key)
		switch {
		case !r.nested() && (alike || len(r.keys) == 0):
			return stop
		case alike && r.kind == objectKind && r.braces == 0:
			return stop // it stands in no object
		case alike && r.noted < 0:
			r.noted = r.i
		}
	}
	r.push('{')
	return forward
}

// nested tells whether an object may stand here, inside the broken element.
func (r *resync) nested() bool {
	if r.prev == ':' {
		return true
	}
	n := len(r.stack)
	return n > 0 && r.stack[n-1] == '[' && (r.prev == '[' || r.prev == ',')
}

// comma decides whether a comma outside all brackets ends the element.
func (r *resync) comma(b []byte, eof bool) step {
	rest := b[r.i+1:]
	if r.kind == objectKind {
		switch next, found := nextMark(rest, eof); {
		case found == perhaps:
			return unsure
		case found == no || next != '{' && next != ']':
			return forward
		}
	}
	r.doubt = true
	switch r.elementAhead(rest, eof) {
	case perhaps:
		return unsure
	case yes:
		return stop
	}
	return forward
}

func (r *resync) push(c byte) {
	if len(r.stack) < maxDepth {
		r.stack = append(r.stack, c)
		if c == '{' {
			r.braces++
		}
	}
	r.prev = c
}

// close closes the innermost bracket of this kind and what is open inside it. It reports whether there was one.
func (r *resync) close(open byte) bool {
	r.prev = 'v'
	if open == '{' && r.braces == 0 || open == '[' && r.braces == len(r.stack) {
		r.doubt = true
		return false
	}
	for {
		top := r.stack[len(r.stack)-1]
		r.stack = r.stack[:len(r.stack)-1]
		if top == '{' {
			r.braces--
		}
		if top == open {
			r.settled = len(r.stack) == 0
			return true
		}
		r.doubt = true
	}
}
