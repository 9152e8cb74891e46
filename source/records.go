package source

import (
	"fmt"
	"io"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/internal/records"
	"github.com/weir-go/weir/stage"
)

// DefaultMaxRecord is the longest record in bytes, 1 MiB, unless RecordOptions
// say otherwise.
const DefaultMaxRecord = records.DefaultMaxRecord

// RecordOptions are bounds and dialect of an input. The zero value is ready to
// use.
type RecordOptions struct {
	// MaxRecord is the most bytes that a record may have; 0 means DefaultMaxRecord.
	// A longer one is bad, with reason TooLong, and is read past without being
	// held.
	MaxRecord int
	// Comma separates the fields of a CSV row; 0 means ','.
	Comma byte
}

// A RecordError says why a record of an input is bad. It comes inside a
// *stage.Error or a stage.Letter, which name the input and the record, counted
// from 1; the Element of the letter is the beginning of the record as a string,
// at most 256 bytes of it.
type RecordError struct {
	Reason Reason
	Detail string // for people: line or byte, field, value, cause
	Err    error  // what the decoder said, may be nil
}

// Error is the reason and the detail.
func (e *RecordError) Error() string {
	if e.Detail == "" {
		return string(e.Reason)
	}
	return fmt.Sprintf("%s: %s", e.Reason, e.Detail)
}

// Unwrap returns the error of the decoder.
func (e *RecordError) Unwrap() error { return e.Err }

// Reason is why a record is bad, as a word for reports.
type Reason = records.Reason

// The reasons for which a record is bad.
const (
	// Malformed: it is no line, row or value of the format.
	Malformed = records.Malformed
	// BadField: it is well formed, and a field of it does not fit its type.
	BadField = records.BadField
	// TooLong: it has more bytes than a record may have.
	TooLong = records.TooLong
)

// format is what makes one kind of records source different from another.
type format[T any] struct {
	kind  string
	begin func(io.Reader, records.Options) (records.Reader[T], error)
	err   error // T can't be read
}

func recordSource[T any](f format[T], open Opener, o RecordOptions, opts []stage.Option) stage.Source[T] {
	opt := records.Options(o)
	m := stage.Configure(f.kind, stage.TakesOnError, opts).Func(open == nil, "opener")
	for _, err := range []error{opt.Check(), f.err} {
		m = m.Require(err == nil, "%w", err)
	}
	m.Blocking = true
	return stage.NewSource(m, func(rt *stage.Runtime) demand.Upstream[T] {
		return &recordReader[T]{rt: rt, open: open, opt: opt, begin: f.begin}
	})
}

// recordReader reads records and numbers them where somebody wants to know.
type recordReader[T any] struct {
	ending
	rt    *stage.Runtime
	open  Opener
	opt   records.Options
	begin func(io.Reader, records.Options) (records.Reader[T], error)
	in    *input
	next  records.Reader[T]
	dst   *demand.Chunk[T] // during a Pull
}

func (r *recordReader[T]) Pull(dst *demand.Chunk[T]) error {
	if r.err == nil {
		r.dst = dst
		defer func() { r.dst = nil }()
		r.err = r.fill(dst)
	}
	if dst.Len() > 0 {
		return nil // an error comes with the next pull
	}
	return r.err
}

// fill reads records until dst is full, or the next one may have to be waited
// for.
func (r *recordReader[T]) fill(dst *demand.Chunk[T]) error {
	if r.next == nil {
		if err := r.start(); err != nil {
			return r.place(err)
		}
	}
	base := int64(-1)
	for dst.Free() > 0 {
		v, n, err := r.next.Next()
		if err != nil {
			if err := r.failed(n, err); err != nil || dst.Len() > 0 {
				return err
			}
			continue
		}
		if !r.rt.Records() {
			dst.Append(v)
		} else {
			if base < 0 {
				base = n - 1
				l := demand.NewLineage(nil)
				l.Origin = demand.Origin{Source: r.in.name, Base: base}
				dst.SetLineage(l)
			}
			dst.AppendRecord(v, int32(n-base))
		}
		if !r.in.steady || dst.Hurry() {
			break
		}
	}
	return nil
}

// start opens the input.
func (r *recordReader[T]) start() (err error) {
	if r.in == nil {
		if r.in, err = openInput(r.rt.Reads(), r.open); err != nil {
			return err
		}
		r.in.waits = func() func() { return stage.Waits(r.dst) }
		r.rt.OnClose(r.in.close)
	}
	r.next, err = r.begin(r.in, r.opt)
	return err
}

// failed decides about what came in place of a record: nil goes on with the
// next one.
func (r *recordReader[T]) failed(n int64, err error) error {
	if err == io.EOF {
		if err := r.in.close(); err != nil {
			return r.place(err)
		}
		return demand.ErrCompleted
	}
	bad, ok := err.(*records.Error)
	if !ok {
		return r.place(err)
	}
	at := demand.Position{Source: r.in.name, Record: n}
	err = r.rt.Refuse(string(bad.Raw), at, &RecordError{Reason: bad.Reason, Detail: bad.Detail, Err: bad.Err})
	if err == nil && r.rt.Reads().Err() != nil {
		return endOfReads(r.rt) // there may be no good one for a long time
	}
	return err
}

// place names the input in an error that ends reading.
func (r *recordReader[T]) place(err error) error {
	if interrupted(r.rt, err) {
		return endOfReads(r.rt)
	}
	e := &stage.Error{Stage: r.rt.Name(), Err: err}
	if r.in != nil {
		e.Source = r.in.name
	}
	return e
}
