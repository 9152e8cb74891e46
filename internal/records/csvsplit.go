package records

import (
	"bytes"
	"fmt"
	"io"
)

// rowSplitter cuts the input into rows of CSV, as RFC 4180 and encoding/csv have them: a field may stand in double
// quotes and then hold commas, line breaks and doubled quotes; blank lines are none.
type rowSplitter struct {
	w     window
	comma byte
	max   int   // longest row, in bytes
	line  int64 // line that the row given last begins in, from 1
	ahead int64 // line that the window begins in, once the last row is dropped
	used  int   // bytes of the last row at the front of the window

	fields [][]byte // of the last row
	plain  []byte   // those of its quoted fields that can't be shown as they stand
}

// rowFault is what is wrong with the form of a row.
type rowFault struct {
	reason Reason
	what   string
	raw    []byte
}

func newRowSplitter(r io.Reader, opt Options) rowSplitter {
	opt = opt.withDefaults()
	return rowSplitter{w: newWindow(r, opt.MaxRecord), comma: opt.Comma, max: opt.MaxRecord, ahead: 1}
}

// row gives the fields of the next row, valid until the call after, or what is wrong with its form. After a fault it goes on
// with the line after the first one of the row: a quote that is never closed must not take the rows behind it along.
func (s *rowSplitter) row() ([][]byte, *rowFault, error) {
	s.w.drop(s.used)
	s.used = 0
	q := quoting{comma: s.comma, field: 1}
	for i := 0; ; {
		b := s.w.bytes()
		n, verdict := q.scan(b, i)
		i = n
		if verdict == more && i <= s.max+1 { // one more for the CR of a line end
			err := s.w.fill()
			switch {
			case err == nil:
				continue
			case err != io.EOF || i == 0:
				return nil, nil, err
			case q.state == inQuotes:
				verdict, q.fault = broken, "the quote that opens field %d is never closed"
			default:
				verdict = whole
			}
			b = s.w.bytes()
		}
		row := trimLineEnd(b[:i])
		s.line = s.ahead
		switch {
		case verdict == more, len(row) > s.max:
			return nil, s.fault(TooLong, fmt.Sprintf("longer than %d bytes", s.max)), nil
		case verdict == broken:
			return nil, s.fault(Malformed, fmt.Sprintf(q.fault, q.field)), nil
		}
		s.ahead += 1 + int64(q.breaks)
		if len(row) == 0 {
			s.w.drop(i)
			i, q = 0, quoting{comma: s.comma, field: 1}
			continue
		}
		s.used = i
		s.split(row, q.quotes)
		return s.fields, nil, nil
	}
}

// reject takes back the row given last, but for its first line, as not well formed.
func (s *rowSplitter) reject(what string) *rowFault {
	s.used, s.ahead = 0, s.line
	return s.fault(Malformed, what)
}

// fault gives up the line that begins here, reading to its end without holding it. An error on the way ends the line; the
// call after tells it.
func (s *rowSplitter) fault(reason Reason, what string) *rowFault {
	line, _, _ := bytes.Cut(s.w.bytes(), []byte{'\n'})
	f := &rowFault{reason, what, excerpt(trimLineEnd(line))}
	s.ahead++
	for {
		b := s.w.bytes()
		if end := bytes.IndexByte(b, '\n'); end >= 0 {
			s.w.drop(end + 1)
			return f
		}
		s.w.drop(len(b))
		if s.w.fill() != nil {
			return f
		}
	}
}

// split finds the fields of a well-formed row.
func (s *rowSplitter) split(row []byte, quotes bool) {
	s.fields = s.fields[:0]
	if !quotes {
		for {
			end := bytes.IndexByte(row, s.comma)
			if end < 0 {
				s.fields = append(s.fields, row)
				return
			}
			s.fields = append(s.fields, row[:end])
			row = row[end+1:]
		}
	}
	s.plain = s.plain[:0]
	for {
		var field []byte
		if len(row) > 0 && row[0] == '"' {
			field, row = s.unquote(row[1:])
		} else if end := bytes.IndexByte(row, s.comma); end >= 0 {
			field, row = row[:end], row[end:]
		} else {
			field, row = row, nil
		}
		s.fields = append(s.fields, field)
		if len(row) == 0 {
			return
		}
		row = row[1:] // the comma
	}
}

// unquote gives the field whose opening quote stood before b, and what follows its closing quote. Doubled quotes
// become one, CRLF becomes LF.
func (s *rowSplitter) unquote(b []byte) (field, rest []byte) {
	begin := len(s.plain)
	for {
		end := bytes.IndexByte(b, '"')
		doubled := end+1 < len(b) && b[end+1] == '"'
		if len(s.plain) == begin && !doubled && bytes.IndexByte(b[:end], '\r') < 0 {
			return b[:end], b[end+1:]
		}
		piece := b[:end]
		for {
			cr := bytes.Index(piece, []byte("\r\n"))
			if cr < 0 {
				break
			}
			s.plain = append(s.plain, piece[:cr]...)
			piece = piece[cr+1:]
		}
		s.plain = append(s.plain, piece...)
		if !doubled {
			return s.plain[begin:], b[end+1:]
		}
		s.plain = append(s.plain, '"')
		b = b[end+2:]
	}
}

// trimLineEnd drops a line end, LF or CRLF, and a CR where the input ends.
func trimLineEnd(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte{'\n'}), []byte{'\r'})
}
