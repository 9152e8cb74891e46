package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"time"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/stage"
)

// input is an input in use: it knows what it is called, whether reads may wait
// for somebody, and how to interrupt one that does.
type input struct {
	rc      io.ReadCloser
	name    string
	steady  bool // the bytes are there already: a read never waits for a sender
	unwatch func()
	waits   func() (done func()) // called around reads of one that is not steady
}

// openInput opens the input of a source, whose reads end with ctx.
func openInput(ctx context.Context, open Opener) (*input, error) {
	rc, err := open(ctx)
	if err != nil {
		return nil, err
	}
	if rc == nil {
		return nil, errors.New("the opener returned nothing to read from")
	}
	in := &input{rc: rc, steady: isSteady(core(rc)), unwatch: func() {}}
	for r := any(rc); r != nil && in.name == ""; r = inside(r) {
		if n, ok := r.(interface{ Name() string }); ok {
			in.name = n.Name()
		}
	}
	if d, ok := core(rc).(deadliner); ok && !in.steady {
		in.watch(ctx, d)
	}
	return in, nil
}

// Read implements io.Reader.
func (in *input) Read(p []byte) (int, error) {
	if !in.steady {
		defer in.waits()()
	}
	return in.rc.Read(p)
}

// close closes the input once; it is the end of reading too.
func (in *input) close() error {
	if in.rc == nil {
		return nil
	}
	rc := in.rc
	in.unwatch()
	*in = input{name: in.name} // the run remembers it to the end, but nothing else
	return rc.Close()
}

type deadliner interface{ SetReadDeadline(time.Time) error }

// watch interrupts reads when ctx ends. A deadline is set from another goroutine
// while a read is under way, which every implementation of it allows; Close is
// not safe with all of them.
func (in *input) watch(ctx context.Context, d deadliner) {
	ended := make(chan struct{})
	past := time.Unix(1, 0)
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		// Where it fails there is no interrupt, and the read is waited for.
		_ = d.SetReadDeadline(past)
	})
	in.unwatch = func() {
		if !stop() {
			<-ended
			_ = d.SetReadDeadline(time.Time{}) // for the owner of a borrowed one
		}
	}
}

// interrupted tells an error of a read that was interrupted from one of its own.
func interrupted(rt *stage.Runtime, err error) bool {
	if rt.Reads().Err() == nil {
		return false
	}
	for _, sign := range []error{
		os.ErrDeadlineExceeded, os.ErrClosed, net.ErrClosed, io.ErrClosedPipe,
		context.Canceled, context.DeadlineExceeded, demand.ErrDrained, context.Cause(rt.Reads()),
	} {
		if errors.Is(err, sign) {
			return true
		}
	}
	return false
}

// inside returns what a wrapper of this package is about, or nil.
func inside(r any) any {
	if w, ok := r.(interface{ inside() any }); ok {
		return w.inside()
	}
	return nil
}

// core returns what reads in the end.
func core(r any) any {
	for {
		in := inside(r)
		if in == nil {
			return r
		}
		r = in
	}
}

func isSteady(r any) bool {
	switch r := r.(type) {
	case *bytes.Reader, *bytes.Buffer, *strings.Reader:
		return true
	case interface{ Stat() (fs.FileInfo, error) }:
		info, err := r.Stat()
		return err == nil && info.Mode().IsRegular()
	}
	return false
}
