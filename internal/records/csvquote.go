package records

import "bytes"

// quoting follows one row of CSV to its end and checks its quotes. It can be fed in pieces.
type quoting struct {
	comma  byte
	state  quoteState
	field  int    // the field it is in, from 1
	quotes bool   // there were any
	breaks int    // line breaks inside quotes
	fault  string // why it is broken; a format that takes the field
}

type quoteState byte

const (
	atField quoteState = iota // at the beginning of a field
	inPlain
	inQuotes
	atQuote // after a quote inside quotes: it closes, or the next one makes it a doubled one
	atLineEnd
)

// scan goes on at b[i]. It gives the index after the line feed that ends the row (whole), of the byte that broke it
// (broken), or len(b) (more).
func (q *quoting) scan(b []byte, i int) (int, verdict) {
	if q.state == atField && i < len(b) { // most rows hold no quotes
		if end := bytes.IndexByte(b[i:], '\n'); end >= 0 && bytes.IndexByte(b[i:i+end], '"') < 0 {
			return i + end + 1, whole
		}
	}
	for ; i < len(b); i++ {
		c := b[i]
		switch q.state {
		case atField, inPlain:
			switch {
			case c == '\n':
				return i + 1, whole
			case c == q.comma:
				q.next()
			case c != '"':
				q.state = inPlain
			case q.state == atField:
				q.state, q.quotes = inQuotes, true
			default:
				q.fault = "a quote inside field %d, which has none around it"
				return i, broken
			}
		case inQuotes:
			if c == '"' {
				q.state = atQuote
			} else if c == '\n' {
				q.breaks++
			}
		case atQuote:
			switch c {
			case '"':
				q.state = inQuotes
			case q.comma:
				q.next()
			case '\n':
				return i + 1, whole
			case '\r':
				q.state = atLineEnd
			default:
				q.fault = "text behind the closing quote of field %d"
				return i, broken
			}
		case atLineEnd:
			if c != '\n' {
				q.fault = "text behind the closing quote of field %d"
				return i, broken
			}
			return i + 1, whole
		}
	}
	return i, more
}

func (q *quoting) next() {
	q.field++
	q.state = atField
}
