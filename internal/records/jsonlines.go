package records

import (
	"bytes"
	"fmt"
	"io"
)

// JSONLines gives the JSON values of r, one a line. Blank lines are passed over and not counted; so the number of a
// record may differ from that of its line, which is in the detail of an error. How a value becomes a T, and what is
// Malformed or BadField, is told at JSONArray. A bad line costs that line only.
func JSONLines[T any](r io.Reader, opt Options) Reader[T] {
	return &jsonLineReader[T]{split: newLineSplitter(r, opt), dec: newJSONDecoder[T]()}
}

type jsonLineReader[T any] struct {
	split  lineSplitter
	dec    jsonDecoder[T]
	record int64
	end    error
}

func (j *jsonLineReader[T]) Next() (T, int64, error) {
	var zero T
	for j.end == nil {
		at := j.split.w.base + int64(j.split.used)
		b, long, err := j.split.next()
		if err != nil {
			j.end = ended(j.record, err)
			break
		}
		if !long && len(bytes.TrimSpace(b)) == 0 {
			continue
		}
		j.record++
		if long {
			return zero, j.record, tooLong(j.record, j.split.max, j.place(), b)
		}
		v, bad := j.dec.decode(b, at)
		if bad != nil {
			bad.Record = j.record
			bad.Detail = j.place() + bad.Detail
			return zero, j.record, bad
		}
		return v, j.record, nil
	}
	return zero, j.record, j.end
}

func (j *jsonLineReader[T]) place() string {
	return fmt.Sprintf("line %d: ", j.split.line)
}
