package records

// verdict is what a scan of a value has come to.
type verdict byte

const (
	more   verdict = iota // the bytes held do not tell yet
	whole                 // the value ends here
	broken                // no valid value goes on like this
)

// maxDepth is how deep values may nest; that of encoding/json.
const maxDepth = 10000

// shape follows the outline of one JSON value: strings, nesting, and the marks between them. It finds where a value
// ends and, as early as can be, where it is broken. What stands inside strings, numbers and words is left to
// the decoder. It can be fed in pieces.
type shape struct {
	state shapeState
	after shapeState // what follows the string being read
	stack []byte     // the brackets that are open
}

type shapeState byte

const (
	atValue      shapeState = iota
	atValueOrEnd            // after [
	atKeyOrEnd              // after {
	atKey                   // after a comma in an object
	atColon
	atNext // after a value, in an object or an array
	inString
	inEscape
	inWord // a number, true, false, null, or something that isn't any of them
	atEnd
)

const (
	classPlain  = 1 << iota // goes on in a string
	classSpace              // between tokens
	classWord               // number, literal
	classSimple             // as plain, and no brace: what resync may run over in a string
)

// classes sorts bytes for the inner loops.
var classes = func() (t [256]byte) {
	for i := range t {
		c := byte(i)
		if c != '"' && c != '\\' && c != '\n' {
			t[i] |= classPlain
			if c != '{' {
				t[i] |= classSimple
			}
		}
		switch {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			t[i] |= classSpace
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '+', c == '.':
			t[i] |= classWord
		}
	}
	return t
}()

func (s *shape) reset() {
	s.state = atValue
	s.stack = s.stack[:0]
}

// scan goes on at b[i]. It gives the index after the value (whole), of the byte that broke it (broken), or len(b) (more). A
// number or a word is whole only when the byte after it is there.
func (s *shape) scan(b []byte, i int) (int, verdict) {
	for i < len(b) {
		c := b[i]
		switch s.state {
		case inString:
			for classes[c]&classPlain != 0 {
				if i++; i == len(b) {
					return i, more
				}
				c = b[i]
			}
			switch c {
			case '"':
				s.state = s.after
				if s.state == atEnd {
					return i + 1, whole
				}
			case '\\':
				s.state = inEscape
			default: // a line break: the string was never closed
				return i, broken
			}
			i++
			continue
		case inEscape:
			s.state = inString
			i++
			continue
		case inWord:
			for classes[c]&classWord != 0 {
				if i++; i == len(b) {
					return i, more
				}
				c = b[i]
			}
			if len(s.stack) == 0 {
				return i, whole
			}
			s.state = atNext
		}
		if classes[c]&classSpace != 0 {
			i++
			continue
		}
		if !s.mark(c) {
			return i, broken
		}
		i++
		if s.state == atEnd {
			return i, whole
		}
	}
	return i, more
}

// mark takes the next byte that is neither space nor inside a string or a word. It reports whether it may stand there.
func (s *shape) mark(c byte) bool {
	switch s.state {
	case atNext:
		object := s.stack[len(s.stack)-1] == '{'
		switch {
		case c == ',' && object:
			s.state = atKey
		case c == ',':
			s.state = atValue
		case c == '}' && object, c == ']' && !object:
			s.pop()
		default:
			return false
		}
		return true
	case atColon:
		if c != ':' {
			return false
		}
		s.state = atValue
		return true
	case atKeyOrEnd, atKey:
		switch {
		case c == '"':
			s.state, s.after = inString, atColon
		case c == '}' && s.state == atKeyOrEnd:
			s.pop()
		default:
			return false
		}
		return true
	}
	switch {
	case c == '"':
		s.state, s.after = inString, atNext
		if len(s.stack) == 0 {
			s.after = atEnd
		}
	case c == '{' && len(s.stack) < maxDepth:
		s.stack = append(s.stack, c)
		s.state = atKeyOrEnd
	case c == '[' && len(s.stack) < maxDepth:
		s.stack = append(s.stack, c)
		s.state = atValueOrEnd
	case c == ']' && s.state == atValueOrEnd:
		s.pop()
	case classes[c]&classWord != 0:
		s.state = inWord
	default:
		return false
	}
	return true
}

// last is the mark before the byte that comes next, as resync has it: one of { [ , : or 'v'.
func (s *shape) last() byte {
	switch s.state {
	case atKeyOrEnd:
		return '{'
	case atValueOrEnd:
		return '['
	case atKey:
		return ','
	case atValue:
		if n := len(s.stack); n > 0 && s.stack[n-1] == '{' {
			return ':'
		}
		return ','
	}
	return 'v'
}

func (s *shape) pop() {
	s.stack = s.stack[:len(s.stack)-1]
	s.state = atNext
	if len(s.stack) == 0 {
		s.state = atEnd
	}
}
