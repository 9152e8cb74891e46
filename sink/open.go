package sink

import (
	"context"
	"io"
	"os"
)

// An Opener opens an output. A sink calls it once a run, before the first
// element is written, or at the end of a run that had none and did not fail. ctx
// ends when the run does.
//
// What it returns is closed at the end of the run. If it has a method Flush()
// error, that is called whenever the sink is flushed, after everything was
// written to it.
type Opener func(ctx context.Context) (io.WriteCloser, error)

// File creates the file at path, or empties it. A run that fails before the
// first element leaves it as it is. Elements count as handled when the operating
// system has them; see Synced.
func File(path string) Opener {
	return func(context.Context) (io.WriteCloser, error) {
		f, err := os.Create(path)
		if err != nil {
			return nil, err // not a nil *os.File in an interface
		}
		return f, nil
	}
}

// Output writes to w, which stays open. It may serve many runs.
func Output(w io.Writer) Opener {
	if w == nil {
		return nil // for the sink to report
	}
	return func(context.Context) (io.WriteCloser, error) { return lent{w}, nil }
}

// lent is a writer that somebody else closes.
type lent struct{ io.Writer }

func (lent) Close() error { return nil }

func (l lent) Flush() error { return flush(l.Writer) }

// Synced makes elements count as handled only when they are on the medium: each
// flush of the sink ends with a Sync of the file. That costs milliseconds, so see
// FlushEvery too. What open opens must have a method Sync() error, as *os.File
// has; where it has none, Synced changes nothing.
func Synced(open Opener) Opener {
	if open == nil {
		return nil
	}
	return func(ctx context.Context) (io.WriteCloser, error) {
		wc, err := open(ctx)
		if s, ok := wc.(syncer); ok && err == nil {
			return synced{s}, nil
		}
		return wc, err
	}
}

type syncer interface {
	io.WriteCloser
	Sync() error
}

type synced struct{ syncer }

func (s synced) Flush() error {
	if err := flush(s.syncer); err != nil {
		return err
	}
	return s.Sync()
}

// flush flushes a writer that can be flushed.
func flush(w io.Writer) error {
	if f, ok := w.(interface{ Flush() error }); ok {
		return f.Flush()
	}
	return nil
}
