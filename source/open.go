package source

import (
	"context"
	"io"
	"os"
	"sync/atomic"

	"github.com/weir-go/weir/stage"
)

// An Opener opens an input. A source calls it once a run, when it is first asked
// for an element, so that a blueprint can run many times. ctx ends when the run
// does or is drained; an input whose reads heed it is interrupted then.
//
// What it returns is closed when it has been read to its end, or when the run
// has ended. If it has a method Name() string, as *os.File has, that is the name
// of the input in errors and dead letters. See Named.
//
// A read that waits is interrupted, when the run ends or is drained, through
// SetReadDeadline where there is such a method and it works, as for sockets,
// pipes and terminals. Where neither that nor ctx ends a read, the run waits for
// it.
type Opener func(ctx context.Context) (io.ReadCloser, error)

// File opens the file at path.
func File(path string) Opener {
	return func(context.Context) (io.ReadCloser, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err // not a nil *os.File in an interface
		}
		return f, nil
	}
}

// Reader gives r to the first run that asks; later ones fail with stage.ErrUsed.
// r is not closed: whoever opened it does that.
func Reader(r io.Reader) Opener {
	var used atomic.Bool
	return func(context.Context) (io.ReadCloser, error) {
		if used.Swap(true) {
			return nil, stage.ErrUsed
		}
		return &borrowed{r}, nil
	}
}

// Named gives what open opens a name, for errors and dead letters.
func Named(name string, open Opener) Opener {
	if open == nil {
		return nil // for the source to report
	}
	return func(ctx context.Context) (io.ReadCloser, error) {
		rc, err := open(ctx)
		if err != nil || rc == nil {
			return nil, err
		}
		return &named{rc, name}, nil
	}
}

// borrowed is a reader that somebody else closes.
type borrowed struct{ io.Reader }

func (b *borrowed) Close() error { return nil }
func (b *borrowed) inside() any  { return b.Reader }

type named struct {
	io.ReadCloser
	name string
}

func (n *named) Name() string { return n.name }
func (n *named) inside() any  { return n.ReadCloser }
