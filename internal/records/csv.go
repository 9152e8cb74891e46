package records

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// CSV gives the rows of r as structs. The first row is the header; it is no record. Rows are as in RFC 4180: fields
// in double quotes may hold commas, line breaks and doubled quotes; blank lines are passed over and not counted.
//
// # Columns
//
// An exported field of T is read from the column that its tag names, `csv:"name"`, or else from the one called like the
// field, in any case. Columns that no field asks for are ignored. A field without a column is a fatal error
// that names both, unless it is tagged `csv:"name,optional"` (or `csv:",optional"`). `csv:"-"` leaves a field out. Embedded
// structs count as if their fields stood in T.
//
// Fields are strings, integers, floats, booleans, anything with UnmarshalText, time.Time (RFC 3339, or as the
// tag `layout:"2006-01-02 15:04"` says), and pointers to these, which stay nil where the cell is empty. An empty
// cell is BadField for numbers, booleans and times, unless the field is optional: then it is left zero.
//
// # What is bad
//
// A wrong number of fields and quotes in wrong places are Malformed, a value that does not go into its field
// is BadField; the detail names the line, and the column and the value. A header that is missing, damaged or
// ambiguous and a T that can't be read (see CheckCSV) are fatal.
//
// # Damage
//
// A bad value costs its row. Anything else that is bad costs one line: the reader goes on with the next, even where a
// quoted field goes on. So the rows after a quote that is never closed come out, at the price of some more Malformed
// rows where a field was really meant to hold line breaks.
func CSV[T any](r io.Reader, opt Options) Reader[T] {
	return &csvReader[T]{rows: newRowSplitter(r, opt)}
}

// CheckCSV says why rows can't be read into a T, whatever the input: it is no struct, or has a field of a type
// that isn't read from text, or a tag that is not understood.
func CheckCSV[T any]() error {
	_, err := planCSV(reflect.TypeFor[T]())
	return err
}

type csvReader[T any] struct {
	rows    rowSplitter
	scratch T         // what cells point into
	cells   []csvCell // bound to the header
	width   int       // fields of the header; 0 before it has been read
	record  int64
	end     error
}

func (c *csvReader[T]) Next() (v T, record int64, err error) {
	if c.width == 0 && c.end == nil {
		c.end = c.header()
	}
	if c.end != nil {
		return v, c.record, c.end
	}
	fields, fault, err := c.rows.row()
	if err != nil {
		c.end = ended(c.record, err)
		return v, c.record, c.end
	}
	c.record++
	if fault == nil && len(fields) != c.width {
		fault = c.rows.reject(fmt.Sprintf("%d fields, the header has %d", len(fields), c.width))
	}
	if fault != nil {
		detail := fmt.Sprintf("line %d: %s", c.rows.line, fault.what)
		return v, c.record, &Error{Record: c.record, Reason: fault.reason, Detail: detail, Raw: fault.raw}
	}
	return c.decode(fields)
}

// header reads the first row and finds the columns in it.
func (c *csvReader[T]) header() error {
	into := reflect.ValueOf(&c.scratch).Elem()
	plan, err := planCSV(into.Type())
	if err != nil {
		return err
	}
	fields, fault, err := c.rows.row()
	switch {
	case err == io.EOF:
		return errors.New("CSV: the input is empty, want a header")
	case err != nil:
		return ended(0, err)
	case fault != nil:
		return fmt.Errorf("CSV header, line %d: %s", c.rows.line, fault.what)
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = strings.TrimSpace(string(f))
	}
	if c.cells, err = plan.bind(names, into); err != nil {
		return fmt.Errorf("CSV header: %w", err)
	}
	c.width = len(fields)
	return nil
}

func (c *csvReader[T]) decode(fields [][]byte) (v T, record int64, err error) {
	var zero T
	defer func() { c.scratch = zero }() // nothing of this row goes into the next
	for _, cell := range c.cells {
		text := fields[cell.at]
		if len(text) == 0 && cell.emptyOK {
			continue
		}
		if err := cell.set(cell.dst, text); err != nil {
			detail := fmt.Sprintf("line %d: column %q: %s %s", c.rows.line, cell.column, quoted(text), cause(err, cell.dst.Type()))
			return v, c.record, &Error{Record: c.record, Reason: BadField, Detail: detail, Raw: c.raw(), Err: err}
		}
	}
	return c.scratch, c.record, nil
}

// raw is the beginning of the last row.
func (c *csvReader[T]) raw() []byte {
	return excerpt(trimLineEnd(c.rows.w.bytes()[:c.rows.used]))
}
