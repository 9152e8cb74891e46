package sink

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

const outputBuffer = 64 << 10

// format is what makes one sink of bytes different from another.
type format[T any] struct {
	kind   string
	header []byte // written first, also where no element comes
	err    error  // a T can't be written
	// encoder returns the function that appends an element to b; it is called once a
	// run. Where an element can't be encoded, what was appended is not written.
	encoder func(b *bytes.Buffer) func(T) error
}

// outputSink is a sink that encodes elements into a buffer in front of an
// output.
func outputSink[T any](f format[T], open Opener, opts []stage.Option) stage.Sink[T] {
	m := stage.Configure(f.kind, stage.TakesWindow, opts).Func(open == nil, "output")
	m = m.Require(f.err == nil, "%w", f.err)
	m.Flushes = true
	return stage.NewSink(m, func(rt *stage.Runtime) stage.Writer[T] {
		o := &output[T]{rt: rt, open: open, header: f.header}
		o.encode = f.encoder(&o.one)
		return o
	})
}

type output[T any] struct {
	rt     *stage.Runtime
	open   Opener
	header []byte
	encode func(T) error
	one    bytes.Buffer // the element at hand
	wc     io.WriteCloser
	buf    *bufio.Writer
}

func (o *output[T]) Write(in *demand.Chunk[T]) (err error) {
	if err := o.begin(); err != nil {
		return err
	}
	n := 0
	for _, v := range in.Items() {
		o.one.Reset()
		if err = o.encode(v); err != nil {
			err = located(o.rt, in.Position(n), err)
			break
		}
		if _, err = o.buf.Write(o.one.Bytes()); err != nil {
			break
		}
		if n++; in.Hurry() {
			break
		}
	}
	in.Advance(n)
	return err
}

// begin opens the output if it is not open.
func (o *output[T]) begin() error {
	if o.buf != nil {
		return nil
	}
	wc, err := o.open(o.rt.Context())
	if err != nil {
		return err
	}
	if wc == nil {
		return errors.New("the opener returned nothing to write to")
	}
	o.wc, o.buf = wc, bufio.NewWriterSize(wc, outputBuffer)
	_, err = o.buf.Write(o.header)
	return err
}

// Flush implements stage.Writer.
func (o *output[T]) Flush() error {
	if err := o.buf.Flush(); err != nil {
		return err
	}
	return flush(o.wc)
}

// Close implements stage.Writer. What is in the buffer is written whatever the
// cause, so that the output does not end inside an element.
func (o *output[T]) Close(cause error) error {
	if o.buf == nil {
		if cause != nil {
			return nil
		}
		if err := o.begin(); err != nil && o.wc == nil {
			return err
		}
	}
	return errors.Join(o.Flush(), o.wc.Close())
}
