package records

import (
	"bytes"
	"fmt"
	"io"
)

// Lines gives the lines of r without their line ends, LF or CRLF; the last one needs none. Every line is a record,
// also an empty one, and its bytes are passed on as they are, valid UTF-8 or not. The only bad record is one that is TooLong.
func Lines(r io.Reader, opt Options) Reader[string] {
	return &lineReader{split: newLineSplitter(r, opt)}
}

type lineReader struct {
	split lineSplitter
	end   error
}

func (l *lineReader) Next() (string, int64, error) {
	if l.end != nil {
		return "", l.split.line, l.end
	}
	b, long, err := l.split.next()
	n := l.split.line
	switch {
	case err != nil:
		l.end = ended(n, err)
		return "", n, l.end
	case long:
		return "", n, tooLong(n, l.split.max, "", b)
	}
	return string(b), n, nil
}

// ended passes on io.EOF, and says of any other error how far the reader had come.
func ended(record int64, err error) error {
	if err == io.EOF {
		return err
	}
	return fmt.Errorf("reading, after record %d: %w", record, err)
}

// lineSplitter cuts the input at its line feeds.
type lineSplitter struct {
	w    window
	max  int   // longest line, in bytes
	line int64 // number of the line given last, from 1
	used int   // bytes of it at the front of the window
}

func newLineSplitter(r io.Reader, opt Options) lineSplitter {
	limit := opt.withDefaults().MaxRecord
	return lineSplitter{w: newWindow(r, limit), max: limit}
}

// next gives the next line, valid until the call after. Of one that is too long it gives the beginning.
func (s *lineSplitter) next() (line []byte, long bool, err error) {
	s.w.drop(s.used)
	s.used = 0
	for seen := 0; ; {
		b := s.w.bytes()
		if i := bytes.IndexByte(b[seen:], '\n'); i >= 0 {
			return s.take(b[:seen+i], seen+i+1)
		}
		seen = len(b)
		if seen > s.max+1 { // one more for the CR of a line end
			return s.skip(), true, nil
		}
		switch err := s.w.fill(); {
		case err == io.EOF && seen > 0:
			return s.take(b, seen)
		case err != nil:
			return nil, false, err
		}
	}
}

func (s *lineSplitter) take(line []byte, used int) ([]byte, bool, error) {
	s.line++
	s.used = used
	line = bytes.TrimSuffix(line, []byte{'\r'})
	return line, len(line) > s.max, nil
}

// skip reads to the end of a line without holding it, and gives its beginning. An error on the way ends
// the line; it is told by the call after.
func (s *lineSplitter) skip() []byte {
	s.line++
	begin := excerpt(s.w.bytes())
	for {
		s.w.drop(len(s.w.bytes()))
		if s.w.fill() != nil {
			return begin
		}
		if i := bytes.IndexByte(s.w.bytes(), '\n'); i >= 0 {
			s.w.drop(i + 1)
			return begin
		}
	}
}
