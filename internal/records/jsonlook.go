package records

import "bytes"

// finding is the answer to a question about bytes that may not all be there yet.
type finding byte

const (
	no finding = iota
	yes
	perhaps // more bytes would tell
)

// not is the opposite answer.
func (f finding) not() finding {
	switch f {
	case yes:
		return no
	case no:
		return yes
	}
	return f
}

// maxKeys is how many first keys are remembered.
const maxKeys = 16

// keySet holds the keys that objects have been seen to begin with. Producers that keep an order have one.
type keySet [][]byte

func (s keySet) has(key []byte) bool {
	for _, k := range s {
		if bytes.Equal(k, key) {
			return true
		}
	}
	return false
}

// add remembers a key, as long as there is room.
func (s *keySet) add(key []byte) {
	if len(*s) < maxKeys && !s.has(key) {
		*s = append(*s, bytes.Clone(key))
	}
}

// objectStart asks whether b, which begins with a brace, begins an object: `{"key":`. It gives the key, as written.
func objectStart(b []byte, eof bool) (key []byte, found finding) {
	i, found := skipSpace(b, 1, eof)
	if found != yes {
		return nil, found
	}
	end, found := keyEnd(b, i, eof)
	if found != yes {
		return nil, found
	}
	return b[i+1 : end], yes
}

// betweenStrings tells that what looks like a key is more likely what stands between two strings, as in `"{",":"`.
func betweenStrings(key []byte) bool {
	return len(key) == 0 || bytes.IndexByte([]byte(",:]} \t\r"), key[0]) >= 0
}

// keyAhead asks whether a key and its colon come next: `"key":`.
func keyAhead(b []byte, eof bool) finding {
	i, found := skipSpace(b, 0, eof)
	if found == yes {
		_, found = keyEnd(b, i, eof)
	}
	return found
}

// nextMark gives the next byte that is not space.
func nextMark(b []byte, eof bool) (c byte, found finding) {
	i, found := skipSpace(b, 0, eof)
	if found != yes {
		return 0, found
	}
	return b[i], yes
}

// endAhead asks whether nothing but space is left; so much space that it can't be told counts as nothing.
func endAhead(b []byte, eof bool) finding {
	for i, c := range b {
		if i == maxLook {
			return yes
		}
		if classes[c]&classSpace == 0 {
			return no
		}
	}
	return unlessEOF(eof, yes)
}

// keyEnd gives the index of the quote that ends the key which begins at b[i], if it is one and a colon follows.
func keyEnd(b []byte, i int, eof bool) (int, finding) {
	if b[i] != '"' {
		return 0, no
	}
	for n := i + 1; n < len(b); n++ {
		switch {
		case n >= maxLook || b[n] == '\n':
			return 0, no
		case b[n] == '\\':
			n++
		case b[n] == '"':
			colon, found := skipSpace(b, n+1, eof)
			if found == yes && b[colon] != ':' {
				found = no
			}
			return n, found
		}
	}
	return 0, unlessEOF(eof, no)
}

// skipSpace gives the index of the first byte from i on that is not space.
func skipSpace(b []byte, i int, eof bool) (int, finding) {
	for ; i < len(b); i++ {
		if i >= maxLook {
			return 0, no
		}
		if classes[b[i]]&classSpace == 0 {
			return i, yes
		}
	}
	return 0, unlessEOF(eof, no)
}

func unlessEOF(eof bool, then finding) finding {
	if eof {
		return then
	}
	return perhaps
}
