package records

import (
	"bytes"
	"fmt"
)

// Reason is why a record was rejected. Its text is stable: it goes into dead-letter files.
type Reason string

const (
	// Malformed: the bytes do not form a record, so that not even its fields can be told apart.
	Malformed Reason = "malformed"

	// BadField: the record is well formed, and a field of it does not fit the type it is read into.
	BadField Reason = "bad_field"

	// TooLong: the record has more bytes than Options.MaxRecord.
	TooLong Reason = "too_long"
)

// maxExcerpt bounds Error.Raw, in bytes; maxQuoted bounds a value that is quoted in a detail.
const (
	maxExcerpt = 256
	maxQuoted  = 48
)

// Error is one bad record. The reader that returned it goes on with the next one.
type Error struct {
	Record int64  // which record, counted from 1
	Reason Reason // what kind of bad
	Detail string // for people: the place (line, or byte offset from 0 in the unpacked input), the field, the cause
	Raw    []byte // how the record begins, at most 256 bytes, a copy
	Err    error  // what the decoder said, where one did; may be nil
}

// Error is "record 7: bad_field: " and the detail.
func (e *Error) Error() string {
	return fmt.Sprintf("record %d: %s: %s", e.Record, e.Reason, e.Detail)
}

// Unwrap is the decoder's own error, or nil.
func (e *Error) Unwrap() error { return e.Err }

// excerpt copies the beginning of a record.
func excerpt(b []byte) []byte {
	return bytes.Clone(b[:min(len(b), maxExcerpt)])
}

// quoted shows a value in a detail: as it stands, shortened, and nothing unprintable in it.
func quoted(b []byte) string {
	if len(b) > maxQuoted {
		return fmt.Sprintf("%q…", b[:maxQuoted])
	}
	return fmt.Sprintf("%q", b)
}

// tooLong reports a record over the limit. place is a prefix such as "line 7: ".
func tooLong(record int64, limit int, place string, raw []byte) *Error {
	return &Error{
		Record: record,
		Reason: TooLong,
		Detail: fmt.Sprintf("%slonger than %d bytes", place, limit),
		Raw:    excerpt(raw),
	}
}
