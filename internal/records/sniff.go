package records

import (
	"fmt"
	"io"
)

// Format is what an input holds, as far as its beginning tells.
type Format string

const (
	FormatEmpty     Format = ""           // nothing, or white space only
	FormatJSONArray Format = "json-array" // for JSONArray
	FormatJSONLines Format = "json-lines" // for JSONLines
	FormatCSV       Format = "csv"        // for CSV
)

// maxSniff is how much white space, in bytes, may come before the first character that tells.
const maxSniff = 4096

// Sniff opens r (see Open) and tells by the first character that is not white space what it holds: '[' is a JSON array, '{'
// is JSON lines, any other text is CSV. The Input gives all of it, from its beginning. Sniff reads no further than
// that character. Errors are those of Open and of r, and an input that holds a NUL byte where text should be.
func Sniff(r io.Reader) (Format, *Input, error) {
	in, err := Open(r)
	if err != nil {
		return FormatEmpty, nil, err
	}
	for n := 1; n <= maxSniff; n++ {
		b, err := in.r.Peek(n)
		if err == io.EOF {
			return FormatEmpty, in, nil
		}
		if err != nil {
			return FormatEmpty, nil, err
		}
		switch c := b[n-1]; {
		case c == '[':
			return FormatJSONArray, in, nil
		case c == '{':
			return FormatJSONLines, in, nil
		case c == 0:
			return FormatEmpty, nil, fmt.Errorf("neither JSON nor CSV: a NUL at byte %d", in.base+int64(n-1))
		case classes[c]&classSpace == 0:
			return FormatCSV, in, nil
		}
	}
	return FormatEmpty, nil, fmt.Errorf("neither JSON nor CSV: %d bytes of white space", maxSniff)
}
