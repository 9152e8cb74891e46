package records

import (
	"errors"
	"fmt"
)

// DefaultMaxRecord is the longest record, in bytes, that a reader takes unless told otherwise: 1 MiB.
const DefaultMaxRecord = 1 << 20

// Reader gives the records of an input one by one.
type Reader[T any] interface {
	// Next gives the next record and its number, counted from 1.
	//
	// A *Error says that this record is bad; v is then the zero value, and calling Next again goes on with the
	// record after it. io.EOF is the end of the input. Any other error is fatal: the input can't be read or isn't
	// of the expected kind; record is then the number of the last record seen. The last two are sticky.
	Next() (v T, record int64, err error)
}

// Options are the bounds and the dialect of a reader. The zero value is ready to use.
type Options struct {
	// MaxRecord is the most bytes one record may have, without its line end; 0 means DefaultMaxRecord.
	MaxRecord int

	// Comma separates the fields of a CSV row; 0 means ','. It is one ASCII byte.
	Comma byte
}

// Check says what is wrong with the options, so that a blueprint can be refused before it runs. A reader given
// options that do not pass uses the defaults in their place.
func (o Options) Check() error {
	if o.MaxRecord < 0 {
		return fmt.Errorf("maximum record size %d: want at least 1 byte, or 0 for %d", o.MaxRecord, DefaultMaxRecord)
	}
	if !validComma(o.Comma) {
		return errors.New("comma: want one ASCII character other than a quote, a carriage return and a line feed")
	}
	return nil
}

// withDefaults puts the default in every place that is empty or makes no sense.
func (o Options) withDefaults() Options {
	if o.MaxRecord <= 0 {
		o.MaxRecord = DefaultMaxRecord
	}
	if o.Comma == 0 || !validComma(o.Comma) {
		o.Comma = ','
	}
	return o
}

func validComma(c byte) bool {
	return c < 0x80 && c != '"' && c != '\r' && c != '\n'
}
